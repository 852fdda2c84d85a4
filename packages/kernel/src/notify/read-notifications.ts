import type { Notification, notificationRoutes } from "@mindmesh/contracts/notifications";
import { and, count, desc, eq, inArray, isNull, lt } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
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
  if (query.cursor !== undefined && !z.guid().safeParse(query.cursor).success) {
    throw new AppError("invalid_fields", { fields: { cursor: "Is not one that the server gave." } });
  }
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
    const items = rows.slice(0, query.limit).map(notificationShape);
    return {
      items,
      nextCursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null,
      unread: unread?.count ?? 0,
    };
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
