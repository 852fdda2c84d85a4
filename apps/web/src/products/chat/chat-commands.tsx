import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import SquarePen from "lucide-react/icons/square-pen";
import TextCursorInput from "lucide-react/icons/text-cursor-input";
import { useCommand } from "../../shell/commands.ts";
import { focusComposer } from "./composer-focus.ts";
import {
  allConversations,
  pinnedConversations,
  useListFilter,
  type ConversationFilter,
} from "./conversation-filter.ts";
import { conversationsQuery } from "./queries.ts";

/** Chat's keys and palette entries that work on each of its pages. Draws nothing. */
export function ChatCommands({ workspaceId }: { workspaceId: string }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { conversationId } = useParams({ strict: false });

  const begin = () => {
    void navigate({ to: "/w/$workspaceId/chat", params: { workspaceId } }).then(focusComposer);
  };
  const step = (by: 1 | -1) => {
    const { filter } = useListFilter.getState();
    const listed = (which: ConversationFilter) =>
      queryClient.getQueryData(conversationsQuery(workspaceId, which).queryKey)?.pages.flatMap((page) => page.items) ??
      [];
    const onTop = filter === allConversations ? listed(pinnedConversations) : [];
    const ids = [...new Set([...onTop, ...listed(filter)].map((conversation) => conversation.id))];
    const at = conversationId === undefined ? -1 : ids.indexOf(conversationId);
    const next = at === -1 ? ids[0] : ids[at + by];
    if (next === undefined) return;
    void navigate({ to: "/w/$workspaceId/chat/$conversationId", params: { workspaceId, conversationId: next } });
  };

  useCommand({
    id: "chat.new",
    title: "New conversation",
    group: "Chat",
    icon: <SquarePen />,
    shortcut: "mod+shift+o",
    run: begin,
  });
  useCommand({ id: "chat.new-key", title: "New conversation", group: "Chat", shortcut: "n", hidden: true, run: begin });
  useCommand({
    id: "chat.focus",
    title: "Write a message",
    group: "Chat",
    icon: <TextCursorInput />,
    shortcut: "/",
    run: focusComposer,
  });
  useCommand({
    id: "chat.next",
    title: "Next conversation",
    group: "Chat",
    icon: <ArrowDown />,
    shortcut: "j",
    run: () => step(1),
  });
  useCommand({
    id: "chat.previous",
    title: "Previous conversation",
    group: "Chat",
    icon: <ArrowUp />,
    shortcut: "k",
    run: () => step(-1),
  });
  return null;
}
