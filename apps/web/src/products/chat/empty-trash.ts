import { confirm, toast } from "@mindmesh/ui";
import type { QueryClient } from "@tanstack/react-query";
import { chatApi } from "./api.ts";
import { conversationsQuery } from "./queries.ts";
import { showError } from "../../shell/show-error.ts";

/** Asks, and then deletes for good what the person has in the trash. */
export async function emptyTrash(queryClient: QueryClient, workspaceId: string) {
  const sure = await confirm({
    title: "Empty the trash?",
    description: "All conversations in your trash will be gone. This cannot be undone.",
    confirmLabel: "Empty the trash",
    danger: true,
  });
  if (!sure) return;
  try {
    const { deleted } = await chatApi.emptyTrash({ params: { workspaceId } });
    await queryClient.invalidateQueries(conversationsQuery(workspaceId, { view: "trash" }));
    toast(deleted === 1 ? "1 conversation deleted" : `${deleted} conversations deleted`);
  } catch (error) {
    showError(error);
  }
}
