import type { Message } from "@mindmesh/contracts/chat";

/** A message with its place among those that answer the same one: alternatives, walked as "2/3". */
export interface BranchMessage {
  message: Message;
  /** Ids of all alternatives, oldest first; the message itself is one of them. */
  alternatives: readonly string[];
}

const olderFirst = (one: Message, other: Message) =>
  one.createdAt === other.createdAt ? (one.id < other.id ? -1 : 1) : one.createdAt < other.createdAt ? -1 : 1;

function childrenByParent(messages: readonly Message[]) {
  const children = new Map<string | null, Message[]>();
  for (const message of messages) {
    const list = children.get(message.parentId);
    if (list) list.push(message);
    else children.set(message.parentId, [message]);
  }
  for (const list of children.values()) list.sort(olderFirst);
  return children;
}

/** The last message of the branch that goes through `messageId`, taking the newest alternative at every turn below. */
export function leafBelow(messages: readonly Message[], messageId: string): string {
  const children = childrenByParent(messages);
  let leaf = messageId;
  for (let next = children.get(leaf)?.at(-1); next; next = children.get(leaf)?.at(-1)) leaf = next.id;
  return leaf;
}

/**
 * The messages from the first one down to `leafId` and on to the end of that branch.
 * Where `leafId` is not known (yet), the branch of the newest message.
 */
export function branchOf(messages: readonly Message[], leafId: string | null): BranchMessage[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const children = childrenByParent(messages);
  const start = (leafId === null ? undefined : byId.get(leafId)) ?? messages.toSorted(olderFirst).at(-1);
  if (!start) return [];
  const branch: BranchMessage[] = [];
  const last = byId.get(leafBelow(messages, start.id));
  for (let message = last; message; message = message.parentId === null ? undefined : byId.get(message.parentId)) {
    const alternatives = children.get(message.parentId) ?? [message];
    branch.push({ message, alternatives: alternatives.map((other) => other.id) });
  }
  return branch.toReversed();
}
