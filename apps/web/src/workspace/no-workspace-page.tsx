import { Button, EmptyState } from "@mindmesh/ui";
import Building2 from "lucide-react/icons/building-2";
import { useSignOut } from "../identity/use-sign-out.ts";
import { NewWorkspaceLayer } from "./new-workspace-layer.tsx";
import { openNewWorkspace } from "./new-workspace.ts";

/** For a person who has left every workspace. */
export function NoWorkspacePage() {
  const signOut = useSignOut();
  return (
    <main className="flex h-full items-center justify-center">
      <title>No workspace · Mindmesh</title>
      <EmptyState
        icon={<Building2 aria-hidden="true" />}
        titleAs="h1"
        title="You are in no workspace"
        description="Make one of your own, or ask somebody to invite you into theirs."
        action={
          <div className="flex flex-wrap justify-center gap-2">
            <Button variant="primary" onClick={openNewWorkspace}>
              New workspace
            </Button>
            <Button variant="ghost" onClick={() => void signOut()}>
              Sign out
            </Button>
          </div>
        }
      />
      <NewWorkspaceLayer />
    </main>
  );
}
