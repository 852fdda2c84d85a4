import type { MemberCaller } from "@mindmesh/kernel/http";

/** What has one working directory: a person in a conversation. */
export interface RunPlace {
  workspaceId: string;
  conversationId: string;
  personId: string;
}

export function placeOf(caller: MemberCaller, conversationId: string): RunPlace {
  return { workspaceId: caller.workspaceId, conversationId, personId: caller.personId };
}

export const placeKey = ({ workspaceId, conversationId, personId }: RunPlace) =>
  `${workspaceId}/${conversationId}/${personId}`;
