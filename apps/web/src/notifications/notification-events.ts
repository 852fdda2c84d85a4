import type { Notification } from "@mindmesh/contracts/notifications";
import { toast } from "@mindmesh/ui";
import type { EventHandler } from "../live/live-connection.ts";
import { notificationsQuery } from "./queries.ts";

/** Shows a note as it comes, and keeps the bell right. Waiting calls are told of by their own event. */
export const handleNotificationEvent: EventHandler = (queryClient, { workspaceId, type, payload }) => {
  if (type !== "notification.added" && type !== "notification.read") return;
  void queryClient.invalidateQueries(notificationsQuery(workspaceId));
  if (type === "notification.read") return;
  const { notification } = payload as { notification: Notification };
  if (notification.kind === "note") toast(notification.title, { description: notification.body, duration: 15_000 });
};
