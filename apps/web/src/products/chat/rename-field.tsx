import type { Conversation } from "@mindmesh/contracts/chat";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { changeConversation } from "./change-conversation.ts";
import { conversationQuery } from "./queries.ts";

type RenameFieldProps = {
  workspaceId: string;
  conversation: Conversation;
  onDone: () => void;
  className?: string;
};

/** The title as a field: Enter and leaving keep it, Escape does not. What was typed stays when somebody was faster. */
export function RenameField({ workspaceId, conversation, onDone, className }: RenameFieldProps) {
  const queryClient = useQueryClient();
  const [title, setTitle] = useState(conversation.title);
  const ended = useRef(false);
  const save = async () => {
    if (ended.current) return;
    ended.current = true;
    if (title.trim() === "" || title.trim() === conversation.title) {
      onDone();
      return;
    }
    const done = await changeConversation(queryClient, workspaceId, conversation, { title }, { strict: true });
    if (done) {
      onDone();
      return;
    }
    ended.current = false;
    // With the version as it is now, Enter once more overwrites.
    await queryClient.refetchQueries(conversationQuery(workspaceId, conversation.id));
  };
  return (
    <input
      aria-label="Title"
      autoFocus
      maxLength={200}
      value={title}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTitle(event.target.value)}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") void save();
        if (event.key === "Escape") {
          event.stopPropagation();
          ended.current = true;
          onDone();
        }
      }}
      className={className}
    />
  );
}
