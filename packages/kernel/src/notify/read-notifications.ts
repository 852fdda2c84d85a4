import type { Notification, notificationRoutes } from "@mindmesh/contracts/notifications";
import { and, count, desc, eq, inArray, isNull, lt } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../db/index.ts";
import { type MemberCaller, pageOfRows, requireRowCursor, tenantOf } from "../http/index.ts";
import { emitRead, notificationShape } from "./notify-person.ts";
import { notifications } from "./schema.ts";

const own = (caller: MemberCaller) =>
  and(eq(notifications.workspaceId, caller.workspaceId), eq(notifications.personId, caller.personId));

/** A page of the caller's notifications, newest first, and how many of all are new. */
export function listNotifications(
  db: Database,
  caller: MemberCaller,
  query: z.output<typeof notificationRoutes.listNotifications.query>,
): Promise<{ items: Notification[]; nextCursor: string | null; unread: number }> {
  requireRowCursor(query.cursor);
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const rows = await tx
      .select()
      .from(notifications)
      .where(and(own(caller), query.cursor === undefined ? undefined : lt(notifications.id, query.cursor)))
      .orderBy(desc(notifications.id))
      .limit(query.limit + 1);
    const [unread] = await tx
      .select({ count: count() })
      .from(notifications)
      .where(and(own(caller), isNull(notifications.readAt)));
    const { items, nextCursor } = pageOfRows(rows, query.limit);
    return { items: items.map(notificationShape), nextCursor, unread: unread?.count ?? 0 };
  });
}

/** Marks the caller's notifications as read: these, or all. */
export function readNotifications(db: Database, caller: MemberCaller, ids: string[] | undefined): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const changed = await tx
      .update(notifications)
      .set({ readAt: new Date().toISOString() })
      .where(
        and(own(caller), isNull(notifications.readAt), ids === undefined ? undefined : inArray(notifications.id, ids)),
      );
    if ((changed.rowCount ?? 0) > 0) await emitRead(tx, caller.workspaceId, caller.personId);
  });
}
