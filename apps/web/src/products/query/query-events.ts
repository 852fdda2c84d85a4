import type { EventHandler } from "../../live/live-connection.ts";
import { glossaryKeyOf, turnsKeyOf } from "./ask/queries.ts";
import { passStage } from "./connections/passed-stages.ts";
import { connectionKeyOf, connectionsQuery, queryKeyOf } from "./queries.ts";
import { handleWorkbenchEvent } from "./workbench/workbench-events.ts";

/** What Query does with the logged events of a workspace. */
export const handleQueryEvent: EventHandler = (queryClient, event) => {
  const { workspaceId, type, payload } = event;
  handleWorkbenchEvent(queryClient, event);
  if (type === "query.connections.changed") void queryClient.invalidateQueries(connectionsQuery(workspaceId));
  if (type === "query.connection.tested") passStage(payload as Parameters<typeof passStage>[0]);
  if (type === "query.schema.changed") {
    const { connectionId } = payload as { connectionId: string };
    for (const part of ["schema", "readings", "completion", "diagram", "documentation"]) {
      void queryClient.invalidateQueries({ queryKey: [...connectionKeyOf(workspaceId, connectionId), part] });
    }
  }
  if (type === "query.dashboards.changed" || type === "query.alerts.changed") {
    const part = type === "query.alerts.changed" ? "alerts" : "dashboards";
    void queryClient.invalidateQueries({ queryKey: [...queryKeyOf(workspaceId), part] });
  }
  if (type === "query.glossary.changed" || type === "query.questions.changed") {
    const place = { workspaceId, connectionId: (payload as { connectionId: string }).connectionId };
    const queryKey = type === "query.glossary.changed" ? glossaryKeyOf(place) : turnsKeyOf(place);
    void queryClient.invalidateQueries({ queryKey });
  }
};
