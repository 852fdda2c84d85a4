import { ErrorState, useLoaded } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { PageHeader } from "../../shell/page-header.tsx";
import { leafBelow } from "./branch.ts";
import { ConversationBody } from "./conversation-body.tsx";
import { ConversationSkeleton } from "./conversation-skeleton.tsx";
import { conversationQuery } from "./queries.ts";
import type { SearchTarget } from "./thread.tsx";
import { useConversationRoom } from "./use-conversation-room.ts";

const loadCodePanel = () => import("./code/code-panel.tsx");
const route = getRouteApi("/w/$workspaceId/chat/$conversationId");

export function ConversationPage() {
  const { workspaceId, conversationId } = route.useParams();
  const { message, find = "", code } = route.useSearch();
  const panel = useLoaded(loadCodePanel, code !== undefined);
  // A page of its own per conversation: nothing of one may show in another.
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <OpenConversation
          key={conversationId}
          workspaceId={workspaceId}
          conversationId={conversationId}
          target={message === undefined ? null : { messageId: message, find }}
        />
      </div>
      {panel && code !== undefined ? <panel.CodePanel place={{ workspaceId, conversationId }} view={code} /> : null}
    </div>
  );
}

type OpenConversationProps = { workspaceId: string; conversationId: string; target: SearchTarget | null };

function OpenConversation({ workspaceId, conversationId, target }: OpenConversationProps) {
  const { data, error, isFetching, refetch } = useQuery(conversationQuery(workspaceId, conversationId));
  useConversationRoom(workspaceId, conversationId);

  const serverLeaf = data?.conversation.currentMessageId ?? null;
  const [shown, setShown] = useState<{ leaf: string; whileServerLeaf: string | null } | null>(null);
  const [shownTarget, setShownTarget] = useState<string | null>(null);
  const targetId = target?.messageId ?? null;
  if (data && targetId !== shownTarget) {
    // The branch with the message that a search found.
    setShownTarget(targetId);
    if (data.messages.some((message) => message.id === targetId) && targetId !== null) {
      setShown({ leaf: leafBelow(data.messages, targetId), whileServerLeaf: serverLeaf });
    }
  }
  // Where somebody went on, here or on another device, is shown again.
  const leaf = shown && shown.whileServerLeaf === serverLeaf ? shown.leaf : serverLeaf;
  const showLeaf = useCallback(
    (next: string | null) => setShown(next === null ? null : { leaf: next, whileServerLeaf: serverLeaf }),
    [serverLeaf],
  );

  if (!data) {
    return (
      <>
        <PageHeader title="Conversation">
          <h1 className="sr-only">Conversation</h1>
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

  return (
    <ConversationBody
      workspaceId={workspaceId}
      conversation={data.conversation}
      messages={data.messages}
      leaf={leaf}
      showLeaf={showLeaf}
      target={target}
    />
  );
}
