import type { EventHandler } from "../../live/live-connection.ts";
import { connectionsQuery } from "./queries.ts";

/** What Query does with the logged events of a workspace. */
export const handleQueryEvent: EventHandler = (queryClient, { workspaceId, type }) => {
  if (type === "query.connections.changed") void queryClient.invalidateQueries(connectionsQuery(workspaceId));
};
