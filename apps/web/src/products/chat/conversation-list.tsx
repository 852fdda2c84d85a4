import type { Conversation } from "@mindmesh/contracts/chat";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../../identity/queries.ts";
import {
  allConversations,
  pinnedConversations,
  useListFilter,
  type ConversationFilter,
} from "./conversation-filter.ts";
import { ConversationRows, type ListRow } from "./conversation-rows.tsx";
import { FolderRows } from "./folder-rows.tsx";
import { EmptyList, ListFailed, ListSkeleton } from "./list-states.tsx";
import { ListHeader } from "./list-header.tsx";
import { periodOf } from "./periods.ts";
import { conversationsQuery } from "./queries.ts";

/** The conversations in the sidebar: pinned ones, folders, then all by when they last changed; or one part of them. */
export function ConversationList({ workspaceId }: { workspaceId: string }) {
  const filter = useListFilter((state) => state.filter);
  const everything = filter === allConversations;
  return (
    <>
      <ListHeader workspaceId={workspaceId} filter={filter} />
      {everything ? <FolderRows workspaceId={workspaceId} /> : null}
      <FilteredList workspaceId={workspaceId} filter={filter} everything={everything} />
    </>
  );
}

type FilteredListProps = { workspaceId: string; filter: ConversationFilter; everything: boolean };

function FilteredList({ workspaceId, filter, everything }: FilteredListProps) {
  const { data: me } = useSuspenseQuery(meQuery);
  const list = useInfiniteQuery(conversationsQuery(workspaceId, filter));
  const pinned = useInfiniteQuery({ ...conversationsQuery(workspaceId, pinnedConversations), enabled: everything });
  if (list.isPending || (everything && pinned.isPending)) return <ListSkeleton />;
  if (!list.data) return <ListFailed busy={list.isFetching} onRetry={() => void list.refetch()} />;

  const isPinned = (conversation: Conversation) => conversation.pinned && conversation.ownerId === me.person.id;
  const onTop = everything ? (pinned.data?.pages.flatMap((page) => page.items) ?? []) : [];
  const others = list.data.pages
    .flatMap((page) => page.items)
    .filter((conversation) => !everything || !isPinned(conversation));
  if (onTop.length + others.length === 0) return <EmptyList filter={filter} />;
  return (
    <ConversationRows
      workspaceId={workspaceId}
      rows={[...group("Pinned", onTop), ...byPeriod(others)]}
      more={list.hasNextPage ? { busy: list.isFetchingNextPage, load: () => void list.fetchNextPage() } : null}
    />
  );
}

function group(title: string, conversations: readonly Conversation[]): ListRow[] {
  if (conversations.length === 0) return [];
  return [{ kind: "title", title }, ...conversations.map((conversation) => ({ kind: "item" as const, conversation }))];
}

function byPeriod(conversations: readonly Conversation[]) {
  const periods = Map.groupBy(conversations, (conversation) => periodOf(conversation.updatedAt));
  return [...periods].flatMap(([period, items]) => group(period, items));
}
