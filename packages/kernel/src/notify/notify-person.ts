import type { Notification } from "@mindmesh/contracts/notifications";
import { and, eq, isNull } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { emitEvent } from "../realtime/index.ts";
import { type NotificationRow, notifications } from "./schema.ts";

/** The notification as the contract shows it. */
export function notificationShape({ id, kind, title, body, target, readAt, createdAt }: NotificationRow): Notification {
  return { id, kind, title, body, target, readAt, createdAt };
}

export interface NewNotification {
  workspaceId: string;
  personId: string;
  kind: Notification["kind"];
  title: string;
  body: string;
  /** What it is about: `settleNotifications` with the same makes it old. */
  subject?: string;
  /** What the page opens. */
  target?: string | null;
}

/** Tells a person something, on all devices that are open now and on the others when they come. */
export async function notifyPerson(tx: Transaction, note: NewNotification): Promise<Notification> {
  const [row] = await tx
    .insert(notifications)
    .values({ ...note, id: uuidv7(), createdAt: new Date().toISOString() })
    .returning();
  if (!row) throw new AppError("internal");
  await emitEvent(tx, {
    workspaceId: note.workspaceId,
    type: "notification.added",
    payload: { notification: notificationShape(row) },
    audiencePersonId: note.personId,
  });
  return notificationShape(row);
}

/** What the notifications were about is settled: they are no longer new. */
export async function settleNotifications(tx: Transaction, workspaceId: string, subject: string): Promise<void> {
  const rows = await tx
    .update(notifications)
    .set({ readAt: new Date().toISOString() })
    .where(
      and(eq(notifications.workspaceId, workspaceId), eq(notifications.subject, subject), isNull(notifications.readAt)),
    )
    .returning({ personId: notifications.personId });
  for (const { personId } of rows) await emitRead(tx, workspaceId, personId);
}

export async function emitRead(tx: Transaction, workspaceId: string, personId: string): Promise<void> {
  await emitEvent(tx, { workspaceId, type: "notification.read", payload: {}, audiencePersonId: personId });
}
