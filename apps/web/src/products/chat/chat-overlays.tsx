import { useLoaded } from "@mindmesh/ui";
import { ChatCommands } from "./chat-commands.tsx";
import { useChatDialog } from "./chat-dialogs.ts";
import { useChatSearch } from "./use-chat-search.tsx";

const loadDialogs = () => import("./chat-dialog-layer.tsx");

/** What Chat has on every page of a workspace besides its list: keys, palette entries, windows. */
export function ChatOverlays({ workspaceId }: { workspaceId: string }) {
  const dialogs = useLoaded(
    loadDialogs,
    useChatDialog((state) => state.dialog !== null),
  );
  useChatSearch(workspaceId);
  return (
    <>
      <ChatCommands workspaceId={workspaceId} />
      {dialogs ? <dialogs.ChatDialogLayer /> : null}
    </>
  );
}
