import type { Conversation } from "@mindmesh/contracts/chat";
import { create } from "zustand";

/** Which conversations a list holds. */
export interface ConversationFilter {
  view: "active" | "archived" | "trash" | "shared";
  folderId?: string;
  tag?: string;
  /** Only the reader's pinned ones. */
  pinned?: true;
}

export const allConversations: ConversationFilter = { view: "active" };
export const pinnedConversations: ConversationFilter = { view: "active", pinned: true };

/** What the sidebar's list shows; back to everything when the page is loaded anew. */
export const useListFilter = create<{ filter: ConversationFilter }>()(() => ({ filter: allConversations }));
export const showInList = (filter: ConversationFilter) => useListFilter.setState({ filter });

/** Whether the server would list the conversation for this person under the filter (products/chat, listConversations). */
export function belongsTo(filter: ConversationFilter, conversation: Conversation, personId: string) {
  const own = conversation.ownerId === personId;
  const trashed = conversation.trashedAt !== null;
  const inView = {
    active: (own || conversation.shared) && !trashed && !(own && conversation.archived),
    archived: own && !trashed && conversation.archived,
    trash: own && trashed,
    shared: !own && conversation.shared && !trashed,
  }[filter.view];
  return (
    inView &&
    (filter.folderId === undefined || conversation.folderId === filter.folderId) &&
    (filter.tag === undefined || conversation.tags.includes(filter.tag)) &&
    (filter.pinned === undefined || (own && conversation.pinned))
  );
}
