import { Button, confirm } from "@mindmesh/ui";
import { showError } from "../../shell/show-error.ts";
import { workspaceApi } from "../api.ts";
import { Section } from "../parts/section.tsx";

/** The way out of a workspace. */
export function LeaveSection({ id, name }: { id: string; name: string }) {
  const leave = async () => {
    const sure = await confirm({
      title: `Leave “${name}”?`,
      description: "You need an invitation to come back. Your API keys for it end.",
      confirmLabel: "Leave workspace",
      danger: true,
    });
    if (!sure) return;
    try {
      await workspaceApi.leaveWorkspace({ params: { workspaceId: id } });
    } catch (error) {
      showError(error);
      return;
    }
    // A fresh start: nothing of the workspace may stay on the page.
    window.location.assign("/");
  };
  return (
    <Section
      title="Leave"
      description="What you shared in the workspace stays with it."
      action={
        <Button variant="danger-quiet" onClick={() => void leave()}>
          Leave workspace
        </Button>
      }
    />
  );
}
