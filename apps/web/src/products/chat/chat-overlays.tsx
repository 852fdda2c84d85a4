import { useLoaded } from "@mindmesh/ui";
import { useEffect } from "react";
import { ChatCommands } from "./chat-commands.tsx";
import { useChatDialog } from "./chat-dialogs.ts";
import { allConversations, showInList } from "./conversation-filter.ts";
import { useChatSearch } from "./use-chat-search.tsx";

const loadDialogs = () => import("./chat-dialog-layer.tsx");

/** What Chat has on every page of a workspace besides its list: keys, palette entries, windows. One per workspace. */
export function ChatOverlays({ workspaceId }: { workspaceId: string }) {
  const dialogs = useLoaded(
    loadDialogs,
    useChatDialog((state) => state.dialog !== null),
  );
  useChatSearch(workspaceId);
  // A folder or a tag of one workspace is nothing in another.
  useEffect(() => () => showInList(allConversations), []);
  return (
    <>
      <ChatCommands workspaceId={workspaceId} />
      {dialogs ? <dialogs.ChatDialogLayer /> : null}
    </>
  );
}
