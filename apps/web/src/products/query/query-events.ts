import type { EventHandler } from "../../live/live-connection.ts";
import { connectionKeyOf, connectionsQuery } from "./queries.ts";

/** What Query does with the logged events of a workspace. */
export const handleQueryEvent: EventHandler = (queryClient, { workspaceId, type, payload }) => {
  if (type === "query.connections.changed") void queryClient.invalidateQueries(connectionsQuery(workspaceId));
  if (type === "query.schema.changed") {
    const { connectionId } = payload as { connectionId: string };
    void queryClient.invalidateQueries({ queryKey: [...connectionKeyOf(workspaceId, connectionId), "schema"] });
    void queryClient.invalidateQueries({ queryKey: [...connectionKeyOf(workspaceId, connectionId), "readings"] });
  }
};
