import type { EventHandler } from "../../../live/live-connection.ts";
import { historyKeyOf, savedKeyOf, statementKeyOf, tabsKeyOf } from "./keys.ts";

interface CachedTabs {
  items: { id: string; version: number }[];
}

/** What the workbench does with logged events: another device, or another page of this one, has changed something. */
export const handleWorkbenchEvent: EventHandler = (queryClient, { workspaceId, type, payload }) => {
  if (type === "query.tabs.changed") {
    const { connectionId, tabId, version } = payload as { connectionId: string; tabId: string; version: number | null };
    const queryKey = tabsKeyOf(workspaceId, connectionId);
    const known = queryClient.getQueryData<CachedTabs>(queryKey)?.items.find(({ id }) => id === tabId);
    const isKnown = version === null ? !known : known !== undefined && known.version >= version;
    if (!isKnown) void queryClient.invalidateQueries({ queryKey });
  } else if (type === "query.saved.changed") {
    void queryClient.invalidateQueries({ queryKey: savedKeyOf(workspaceId) });
  } else if (type === "query.statement.changed") {
    const { statementId } = payload as { statementId: string };
    void queryClient.invalidateQueries({ queryKey: historyKeyOf(workspaceId) });
    void queryClient.invalidateQueries({ queryKey: statementKeyOf(workspaceId, statementId) });
  }
};
