import { line, prose } from "@mindmesh/contracts/fields";
import { notification } from "@mindmesh/contracts/notifications";
import { z } from "zod";
import type { Database } from "../db/index.ts";
import { tenantOf } from "../http/index.ts";
import { listNotifications, notifyPerson, readNotifications } from "../notify/index.ts";
import { type Tool, defineTool } from "./tool.ts";

const shared = { right: "workspace.read", timeLimitMs: 10_000 } as const;

/** Tells the person something, and lists what they were told: for models, programs and agents. */
export function notificationTools(db: Database): Tool[] {
  return [
    defineTool({
      ...shared,
      name: "notifications.send",
      title: "Notify me",
      purpose:
        "Shows the person in whose name this runs a short note on all their devices, now or when they come back.",
      scope: "write",
      risk: "write",
      idempotent: false,
      input: z.object({ title: line(120), body: prose(2000).default("") }),
      output: notification,
      run: ({ title, body }, { caller }) => {
        const { workspaceId, personId } = caller;
        return db.withWorkspace(tenantOf(caller), (tx) =>
          notifyPerson(tx, { workspaceId, personId, kind: "note", title, body }),
        );
      },
    }),
    defineTool({
      ...shared,
      name: "notifications.list",
      title: "List notifications",
      purpose: "Lists what the person was notified of, newest first.",
      scope: "read",
      risk: "read",
      idempotent: true,
      input: z.object({ limit: z.int().min(1).max(100).default(20) }),
      output: z.object({ items: z.array(notification), unread: z.int() }),
      run: (input, { caller }) => listNotifications(db, caller, input),
    }),
    defineTool({
      ...shared,
      name: "notifications.markRead",
      title: "Mark notifications as read",
      purpose: "Marks notifications as read: those with the given ids, or all.",
      scope: "write",
      risk: "write",
      idempotent: true,
      input: z.object({ ids: z.array(z.guid()).max(200).optional() }),
      output: z.object({ done: z.literal(true) }),
      run: async ({ ids }, { caller }) => {
        await readNotifications(db, caller, ids);
        return { done: true as const };
      },
    }),
  ];
}
