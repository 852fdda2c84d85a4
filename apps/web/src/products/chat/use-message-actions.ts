import type { Message } from "@mindmesh/contracts/chat";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { chatApi } from "./api.ts";
import { leafBelow } from "./branch.ts";
import { cacheConversation, cacheMessages } from "./conversation-cache.ts";
import { writeDraft } from "./drafts.ts";
import { newId } from "./new-id.ts";
import { deliver, discardOutgoing } from "./outbox.ts";
import { conversationQuery } from "./queries.ts";
import { showError } from "./show-error.ts";
import type { AnswerActions } from "./assistant-message.tsx";
import type { QuestionActions } from "./user-message.tsx";

type Place = { workspaceId: string; conversationId: string };

/** What can be done in a conversation. `showLeaf` shows the branch that ends with a message. */
export function useMessageActions(
  { workspaceId, conversationId }: Place,
  showLeaf: (leafId: string | null) => void,
  setEditing: (messageId: string | null) => void,
  onTakenBack: () => void,
) {
  const queryClient = useQueryClient();
  return useMemo(() => {
    const params = { workspaceId, conversationId };
    const messages = () =>
      queryClient.getQueryData(conversationQuery(workspaceId, conversationId).queryKey)?.messages ?? [];
    const answered = (answer: Message) => {
      cacheMessages(queryClient, workspaceId, conversationId, [answer]);
      showLeaf(answer.id);
    };
    const send = (text: string, parentId: string | null, model: string | null = null) => {
      const messageId = newId();
      showLeaf(messageId);
      const createdAt = new Date().toISOString();
      const outgoing = { ...params, messageId, parentId, text, model, createdAt, failure: null, waiting: false };
      void deliver(queryClient, outgoing);
    };
    const answer: AnswerActions = {
      walk: (messageId) => {
        const leaf = leafBelow(messages(), messageId);
        showLeaf(leaf);
        // Other devices go along; where that is not allowed, only this one shows it.
        chatApi
          .updateConversation({ params, body: { currentMessageId: leaf } })
          .then((conversation) => cacheConversation(queryClient, workspaceId, conversation))
          .catch(() => undefined);
      },
      retry: (messageId) =>
        void chatApi
          .retryAnswer({ params: { ...params, messageId }, body: {} })
          .then(answered)
          .catch(showError),
      goOn: (messageId) =>
        void chatApi
          .continueAnswer({ params: { ...params, messageId }, body: {} })
          .then(answered)
          .catch(showError),
    };
    const question: QuestionActions = {
      walk: answer.walk,
      beginEdit: setEditing,
      edit: (message, text) => {
        setEditing(null);
        send(text, message.parentId);
      },
      sendAgain: (outgoing) => void deliver(queryClient, outgoing),
      takeBack: (outgoing) => {
        discardOutgoing(outgoing.messageId);
        showLeaf(null);
        writeDraft(workspaceId, conversationId, outgoing.text);
        onTakenBack();
      },
    };
    const stop = (messageId: string) => void chatApi.stopAnswer({ params: { ...params, messageId } }).catch(showError);
    return { answer, question, send, stop };
  }, [queryClient, workspaceId, conversationId, showLeaf, setEditing, onTakenBack]);
}
