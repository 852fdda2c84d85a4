import { z } from "zod";
import { id, moment, page, pageQuery, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

export const notificationKinds = ["approval", "note"] as const;

export const notification = z.object({
  id,
  /** `approval`: a tool call waits; `note`: what a model, a program or an agent wanted to tell. */
  kind: z.enum(notificationKinds),
  title: z.string(),
  body: z.string(),
  /** What the page opens: `conversation:<id>`, `tool-calls`, `tool-approvals` or `mcp-servers`; null when there is nothing to open. */
  target: z.string().nullable(),
  readAt: moment.nullable(),
  createdAt: moment,
});
export type Notification = z.infer<typeof notification>;

const base = "/api/workspaces/:workspaceId/notifications" as const;
const route = { tag: "notifications", audience: "member", params: workspaceParams } as const;

export const notificationRoutes = {
  listNotifications: defineRoute({
    ...route,
    method: "GET",
    path: base,
    summary: "The caller's notifications, newest first, and how many are new",
    scope: "read",
    query: pageQuery,
    response: page(notification).extend({ unread: z.number().int() }),
  }),
  readNotifications: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/read`,
    summary: "Mark notifications as read: these, or all",
    scope: "write",
    body: z.object({ ids: z.array(id).max(200).optional() }),
    response: "none",
  }),
};

/** Logged events, seen by the person alone. */
export const notificationEvents = {
  "notification.added": z.object({ notification }),
  "notification.read": z.object({}),
} as const;
