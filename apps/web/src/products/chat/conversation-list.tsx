import type { Conversation } from "@mindmesh/contracts/chat";
import { Button, EmptyState, LoadMore, Skeleton } from "@mindmesh/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { SidebarItem, SidebarSection } from "../../shell/sidebar-list.tsx";
import { useIsAnswering } from "./answering.ts";
import { conversationsQuery } from "./queries.ts";
import { periodOf } from "./periods.ts";

/** The conversations in the sidebar, by when they last changed. */
export function ConversationList({ workspaceId }: { workspaceId: string }) {
  const list = useInfiniteQuery(conversationsQuery(workspaceId));
  const { conversationId: openId } = useParams({ strict: false });
  if (list.isPending) return <ListSkeleton />;
  if (list.isError && !list.data) {
    return (
      <div className="px-4 py-3 text-sm text-muted">
        <p>The conversations could not be loaded.</p>
        <Button size="sm" className="mt-2" busy={list.isFetching} onClick={() => void list.refetch()}>
          Try again
        </Button>
      </div>
    );
  }
  const conversations = list.data.pages.flatMap((page) => page.items);
  if (conversations.length === 0) {
    return (
      <EmptyState title="No conversations yet" description="They stand here once you have written the first message." />
    );
  }
  const groups = Map.groupBy(conversations, (conversation) => periodOf(conversation.updatedAt));
  return (
    <>
      {[...groups].map(([period, items]) => (
        <SidebarSection key={period} title={period}>
          {items.map((conversation) => (
            <ConversationRow
              key={conversation.id}
              workspaceId={workspaceId}
              conversation={conversation}
              current={conversation.id === openId}
            />
          ))}
        </SidebarSection>
      ))}
      <LoadMore
        className="px-2 pb-4"
        hasMore={list.hasNextPage}
        busy={list.isFetchingNextPage}
        onLoadMore={() => void list.fetchNextPage()}
        label="Show older ones"
      />
    </>
  );
}

type RowProps = { workspaceId: string; conversation: Conversation; current: boolean };

function ConversationRow({ workspaceId, conversation, current }: RowProps) {
  const busy = useIsAnswering(conversation.id);
  return (
    <SidebarItem
      to="/w/$workspaceId/chat/$conversationId"
      params={{ workspaceId, conversationId: conversation.id }}
      title={conversation.title}
      current={current}
      busy={busy}
    />
  );
}

function ListSkeleton() {
  return (
    <div aria-busy="true" className="px-2">
      <output className="sr-only">Loading the conversations</output>
      <div className="flex h-7 items-center pl-2">
        <Skeleton className="h-2.5 w-12" />
      </div>
      {["w-3/5", "w-4/5", "w-1/2", "w-2/3", "w-3/4"].map((width) => (
        <div key={width} className="flex h-8 items-center pl-2 touch:h-11">
          <Skeleton className={`h-3 ${width}`} />
        </div>
      ))}
    </div>
  );
}
