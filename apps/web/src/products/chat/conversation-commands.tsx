import type { Message } from "@mindmesh/contracts/chat";
import { toast } from "@mindmesh/ui";
import Copy from "lucide-react/icons/copy";
import Pencil from "lucide-react/icons/pencil";
import Square from "lucide-react/icons/square";
import { useCommand } from "../../shell/commands.ts";
import { ListenedKeys } from "../../shell/listened-keys.tsx";
import { textOf } from "./live-answers.ts";

const loadKeys = () => import("./chat-keys.ts").then(({ editKeys }) => editKeys);

type ConversationCommandsProps = {
  stop: (() => void) | undefined;
  editLast: (() => void) | undefined;
  lastAnswer: Message | undefined;
};

/** The keys and palette entries of an open conversation. Draws nothing. */
export function ConversationCommands({ stop, editLast, lastAnswer }: ConversationCommandsProps) {
  useCommand(
    stop
      ? { id: "chat.stop", title: "Stop the answer", group: "Chat", icon: <Square />, shortcut: "escape", run: stop }
      : null,
  );
  useCommand(
    editLast
      ? {
          id: "chat.edit-last",
          title: "Edit the last message",
          group: "Chat",
          icon: <Pencil />,
          shortcut: "e",
          run: editLast,
        }
      : null,
  );
  useCommand(
    lastAnswer
      ? {
          id: "chat.copy-last",
          title: "Copy the last answer",
          group: "Chat",
          icon: <Copy />,
          shortcut: "c",
          run: () => {
            navigator.clipboard.writeText(textOf(lastAnswer).text).then(
              () => toast("Answer copied"),
              () => toast("The browser did not allow copying.", { tone: "danger" }),
            );
          },
        }
      : null,
  );
  return editLast ? <ListenedKeys load={loadKeys} /> : null;
}
