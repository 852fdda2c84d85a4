import type { Conversation, Message } from "@mindmesh/contracts/chat";
import { DropdownMenu, IconButton } from "@mindmesh/ui";
import ChevronDown from "lucide-react/icons/chevron-down";
import SlidersHorizontal from "lucide-react/icons/sliders-horizontal";
import SquareTerminal from "lucide-react/icons/square-terminal";
import { useState } from "react";
import { useCommand } from "../../shell/commands.ts";
import { PageHeader } from "../../shell/page-header.tsx";
import { openChatDialog } from "./chat-dialogs.ts";
import { useOpenPanel } from "./code/use-panel.ts";
import { ConversationSpent } from "./conversation-spent.tsx";
import { RenameField } from "./rename-field.tsx";
import { useConversationMenu } from "./use-conversation-menu.tsx";

type ConversationHeaderProps = { workspaceId: string; conversation: Conversation; messages: readonly Message[] };

/** The bar above a conversation: its title, which is also its menu, and what it has used. */
export function ConversationHeader({ workspaceId, conversation, messages }: ConversationHeaderProps) {
  const [renaming, setRenaming] = useState(false);
  const menuOf = useConversationMenu(workspaceId);
  const rename = () => setRenaming(true);
  const settings = () => openChatDialog({ kind: "settings", workspaceId, conversation });
  useCommand({ id: "chat.rename", title: "Rename this conversation", group: "Chat", shortcut: "r", run: rename });
  useCommand({
    id: "chat.settings",
    title: "System prompt of this conversation",
    group: "Chat",
    icon: <SlidersHorizontal />,
    run: settings,
  });
  const openPanel = useOpenPanel();
  const openCode = () => openPanel("editor");
  useCommand({
    id: "code.open",
    title: "Code of this conversation",
    group: "Code",
    icon: <SquareTerminal />,
    shortcut: "mod+shift+e",
    run: openCode,
  });
  return (
    <PageHeader
      title={conversation.title}
      actions={
        <>
          <ConversationSpent messages={messages} />
          <IconButton
            label="Code of this conversation"
            shortcut="mod+shift+e"
            icon={<SquareTerminal />}
            onClick={openCode}
          />
        </>
      }
    >
      {renaming ? (
        <RenameField
          workspaceId={workspaceId}
          conversation={conversation}
          onDone={() => setRenaming(false)}
          className="h-8 w-full max-w-xl rounded-sm bg-raised px-2 text-sm font-semibold text-ink shadow-raised outline-2 outline-focus touch:h-11 touch:text-[1rem]"
        />
      ) : (
        <h1 className="flex min-w-0">
          <DropdownMenu
            entries={[
              { label: "System prompt", icon: <SlidersHorizontal />, onSelect: settings },
              { kind: "separator" },
              ...menuOf(conversation, rename),
            ]}
          >
            <button
              type="button"
              className="-ml-2 flex h-8 min-w-0 items-center gap-1 rounded-sm px-2 text-sm font-semibold transition-colors hover:bg-hover aria-expanded:bg-hover phone:text-md touch:h-11"
            >
              <span className="truncate">{conversation.title}</span>
              <ChevronDown aria-hidden="true" className="size-3.5 shrink-0 text-faint" />
            </button>
          </DropdownMenu>
        </h1>
      )}
    </PageHeader>
  );
}
