import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { PageHeader } from "../../shell/page-header.tsx";
import { chatApi } from "./api.ts";
import { Composer } from "./composer.tsx";
import { cacheConversation } from "./conversation-cache.ts";
import { newId } from "./new-id.ts";
import { deliver } from "./outbox.ts";
import { conversationQuery } from "./queries.ts";
import { showError } from "./show-error.ts";

const route = getRouteApi("/w/$workspaceId/chat");

/** Where a conversation begins: it exists from the first message on. */
export function NewConversationPage() {
  const { workspaceId } = route.useParams();
  const queryClient = useQueryClient();
  const navigate = useNavigate();

  const begin = async (text: string) => {
    try {
      const conversation = await chatApi.createConversation({ params: { workspaceId }, body: {} });
      queryClient.setQueryData(conversationQuery(workspaceId, conversation.id).queryKey, {
        conversation,
        messages: [],
        usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, answers: 0 },
      });
      cacheConversation(queryClient, workspaceId, conversation);
      void deliver(queryClient, {
        messageId: newId(),
        workspaceId,
        conversationId: conversation.id,
        parentId: null,
        text,
        model: null,
        createdAt: new Date().toISOString(),
        failure: null,
        waiting: false,
      });
      await navigate({
        to: "/w/$workspaceId/chat/$conversationId",
        params: { workspaceId, conversationId: conversation.id },
      });
      return true;
    } catch (error) {
      showError(error);
      return false;
    }
  };

  return (
    <>
      <PageHeader title="New conversation" />
      <div className="flex min-h-0 flex-1 flex-col justify-end overflow-y-auto">
        <div className="mx-auto w-full max-w-3xl px-5 pb-6">
          <h2 className="text-2xl font-semibold">What is on your mind?</h2>
        </div>
      </div>
      <Composer workspaceId={workspaceId} place="new" onSend={begin} />
    </>
  );
}
