import { ErrorState } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { PageHeader } from "../../shell/page-header.tsx";
import { branchOf } from "./branch.ts";
import { Composer } from "./composer.tsx";
import { ConversationCommands } from "./conversation-commands.tsx";
import { ConversationHeader } from "./conversation-header.tsx";
import { ConversationSkeleton } from "./conversation-skeleton.tsx";
import { asMessage, useOutbox } from "./outbox.ts";
import { conversationQuery } from "./queries.ts";
import { Thread } from "./thread.tsx";
import { useConversationRoom } from "./use-conversation-room.ts";
import { useMessageActions } from "./use-message-actions.ts";

const route = getRouteApi("/w/$workspaceId/chat/$conversationId");

export function ConversationPage() {
  const { workspaceId, conversationId } = route.useParams();
  // A page of its own per conversation: nothing of one may show in another.
  return <OpenConversation key={conversationId} workspaceId={workspaceId} conversationId={conversationId} />;
}

function OpenConversation({ workspaceId, conversationId }: { workspaceId: string; conversationId: string }) {
  const { data, error, isFetching, refetch } = useQuery(conversationQuery(workspaceId, conversationId));
  useConversationRoom(workspaceId, conversationId);
  const outgoing = useOutbox((outbox) => outbox.messages).filter((each) => each.conversationId === conversationId);

  const serverLeaf = data?.conversation.currentMessageId ?? null;
  const [shown, setShown] = useState<{ leaf: string; whileServerLeaf: string | null } | null>(null);
  // Where somebody went on, here or on another device, is shown again.
  const leaf = shown && shown.whileServerLeaf === serverLeaf ? shown.leaf : serverLeaf;
  const showLeaf = useCallback(
    (next: string | null) => setShown(next === null ? null : { leaf: next, whileServerLeaf: serverLeaf }),
    [serverLeaf],
  );
  const [editingId, setEditing] = useState<string | null>(null);
  const [composerVersion, setComposerVersion] = useState(0);
  const renewComposer = useCallback(() => setComposerVersion((version) => version + 1), []);
  const actions = useMessageActions({ workspaceId, conversationId }, showLeaf, setEditing, renewComposer);

  if (!data) {
    return (
      <>
        <PageHeader title="Conversation">
          <span className="sr-only">Loading</span>
        </PageHeader>
        {error ? (
          <div className="flex flex-1 items-center justify-center">
            <ErrorState
              title="The conversation could not be opened"
              description={error.message}
              onRetry={() => void refetch()}
              retrying={isFetching}
            />
          </div>
        ) : (
          <ConversationSkeleton />
        )}
      </>
    );
  }

  const known = new Set(data.messages.map((message) => message.id));
  const unsent = outgoing.filter((each) => !known.has(each.messageId));
  const branch = branchOf([...data.messages, ...unsent.map(asMessage)], leaf);
  const last = branch.at(-1)?.message;
  const streaming = last?.role === "assistant" && last.status === "streaming" ? last : null;
  const waitsForUnsent = unsent.some((each) => each.messageId === last?.id);
  const lastQuestion = branch.findLast(({ message }) => message.role === "user")?.message;
  const lastAnswer = branch.findLast(({ message }) => message.role === "assistant")?.message;
  const stop = streaming ? () => actions.stop(streaming.id) : undefined;
  const editLast = lastQuestion && !streaming && !waitsForUnsent ? () => setEditing(lastQuestion.id) : undefined;

  return (
    <>
      <ConversationHeader workspaceId={workspaceId} conversation={data.conversation} messages={data.messages} />
      <Thread branch={branch} outgoing={outgoing} editingId={editingId} actions={actions} />
      <Composer
        key={composerVersion}
        workspaceId={workspaceId}
        place={conversationId}
        onSend={(text) => {
          actions.send(text, last?.id ?? null);
          return true;
        }}
        blocked={waitsForUnsent ? "The message above is not sent yet" : null}
        onStop={stop}
        onEditLast={editLast}
      />
      <ConversationCommands stop={stop} editLast={editLast} lastAnswer={lastAnswer} />
    </>
  );
}
