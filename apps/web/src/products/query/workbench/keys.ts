import { connectionKeyOf, queryKeyOf } from "../queries.ts";

/** Keys of what the workbench keeps: apart from what fetches it, so that events can name them on every page. */
export const tabsKeyOf = (workspaceId: string, connectionId: string) =>
  [...connectionKeyOf(workspaceId, connectionId), "tabs"] as const;
export const savedKeyOf = (workspaceId: string) => [...queryKeyOf(workspaceId), "saved"] as const;
export const historyKeyOf = (workspaceId: string) => [...queryKeyOf(workspaceId), "history"] as const;
export const statementKeyOf = (workspaceId: string, statementId: string) =>
  [...queryKeyOf(workspaceId), "statement", statementId] as const;
