import type { Conversation } from "@mindmesh/contracts/chat";
import { Button } from "@mindmesh/ui";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../identity/queries.ts";
import { changeConversation } from "./change-conversation.ts";

type Reason = "viewer" | "trashed";

const words = {
  viewer: "You can read along here; writing needs another role in this workspace.",
  trashed: "This conversation is in the trash.",
};

/** Why nothing can be written into a conversation; null where the person may write. */
export function useReadOnlyReason(workspaceId: string, conversation: Conversation): Reason | null {
  const { data: me } = useSuspenseQuery(meQuery);
  if (conversation.trashedAt !== null) return "trashed";
  return me.workspaces.find(({ id }) => id === workspaceId)?.role === "viewer" ? "viewer" : null;
}

type ReadOnlyBarProps = { workspaceId: string; conversation: Conversation; reason: Reason };

/** In the composer's place where nothing can be written. */
export function ReadOnlyBar({ workspaceId, conversation, reason }: ReadOnlyBarProps) {
  const queryClient = useQueryClient();
  return (
    <div className="flex shrink-0 flex-wrap items-center justify-center gap-3 border-t border-line px-4 py-4 text-sm text-muted">
      {words[reason]}
      {reason === "trashed" ? (
        <Button
          size="sm"
          onClick={() => void changeConversation(queryClient, workspaceId, conversation, { trashed: false })}
        >
          Put back
        </Button>
      ) : null}
    </div>
  );
}
