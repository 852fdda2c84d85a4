import type { Message } from "@mindmesh/contracts/chat";
import type { StoredFile } from "@mindmesh/contracts/files";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { putBack } from "../../files/attachments.ts";
import { chatApi } from "./api.ts";
import { leafBelow } from "./branch.ts";
import { openChatDialog } from "./chat-dialogs.ts";
import { cacheConversation, cacheMessages } from "./conversation-cache.ts";
import { writeDraft } from "./drafts.ts";
import { composed, deliver, discardOutgoing } from "./outbox.ts";
import { conversationQuery } from "./queries.ts";
import { showError } from "../../shell/show-error.ts";
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
    const send = (text: string, files: StoredFile[], parentId: string | null) => {
      const outgoing = composed(params, text, files, parentId);
      showLeaf(outgoing.messageId);
      void deliver(queryClient, outgoing);
    };
    const retryWith = (messageId: string, model?: string) =>
      void chatApi
        .retryAnswer({ params: { ...params, messageId }, body: model === undefined ? {} : { model } })
        .then(answered)
        .catch(showError);
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
      retry: (messageId) => retryWith(messageId),
      retryWithAnother: (messageId, model) =>
        openChatDialog({
          kind: "choose-model",
          workspaceId,
          model,
          onChoose: (chosen) => retryWith(messageId, chosen),
        }),
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
        send(text, message.files, message.parentId);
      },
      sendAgain: (outgoing) => void deliver(queryClient, outgoing),
      takeBack: (outgoing) => {
        discardOutgoing(outgoing.messageId);
        showLeaf(null);
        writeDraft(workspaceId, conversationId, outgoing.text);
        putBack(`${workspaceId}.${conversationId}`, outgoing.files);
        onTakenBack();
      },
    };
    const stop = (messageId: string) => void chatApi.stopAnswer({ params: { ...params, messageId } }).catch(showError);
    return { answer, question, send, stop };
  }, [queryClient, workspaceId, conversationId, showLeaf, setEditing, onTakenBack]);
}
