import type { Notification } from "@mindmesh/contracts/notifications";
import { toast } from "@mindmesh/ui";
import type { LoggedEvent } from "@mindmesh/contracts/realtime";
import type { QueryClient } from "@tanstack/react-query";
import { handleToolEvent } from "../tools/tool-events.ts";
import { notificationsQuery } from "./queries.ts";

/**
 * Shows a note as it comes, tells of calls that wait, and keeps the bell right.
 * @param open leads to an address of the page
 */
export function handleNotice(queryClient: QueryClient, event: LoggedEvent, open: (address: string) => void) {
  const { workspaceId, type, payload } = event;
  handleToolEvent(queryClient, event, open);
  if (type !== "notification.added" && type !== "notification.read") return;
  void queryClient.invalidateQueries(notificationsQuery(workspaceId));
  if (type === "notification.read") return;
  // A waiting call is told of by its own event.
  const { notification } = payload as { notification: Notification };
  if (notification.kind === "note") toast(notification.title, { description: notification.body, duration: 15_000 });
}
