import type { Tab, tabRoutes } from "@mindmesh/contracts/query/tabs";
import { type Database, type Transaction, newId } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, asc, eq } from "drizzle-orm";
import type { z } from "zod";
import { findConnection } from "../connections/find-connection.ts";
import { tabs } from "../schema.ts";

/** Open tabs of one person at one connection. */
const mostTabs = 100;

type TabRow = typeof tabs.$inferSelect;
type NewTab = z.output<typeof tabRoutes.createTab.body>;
type TabChange = z.output<typeof tabRoutes.changeTab.body>;

/** A tab as its person sees it; the contract's schema drops what it does not name. */
const shape = (row: TabRow): Tab => row;

const theirs = (caller: MemberCaller, connectionId: string) =>
  and(
    eq(tabs.workspaceId, caller.workspaceId),
    eq(tabs.personId, caller.personId),
    eq(tabs.connectionId, connectionId),
  );

/** Tells the person's other devices. `version` is null for a tab that is gone. */
async function tell(tx: Transaction, row: TabRow, version: number | null): Promise<void> {
  await emitEvent(tx, {
    workspaceId: row.workspaceId,
    type: "query.tabs.changed",
    payload: { connectionId: row.connectionId, tabId: row.id, version },
    actorId: row.personId,
    audiencePersonId: row.personId,
  });
}

/** The caller's tabs at a connection, in their order. @throws AppError not_found, not_allowed */
export function listTabs(db: Database, caller: MemberCaller, connectionId: string): Promise<Tab[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const rows = await tx
      .select()
      .from(tabs)
      .where(theirs(caller, connectionId))
      .orderBy(asc(tabs.position), asc(tabs.id));
    return rows.map(shape);
  });
}

/** Opens a tab after the others. @throws AppError not_found, not_allowed, already_exists, too_large for more than 100 */
export function createTab(db: Database, caller: MemberCaller, connectionId: string, input: NewTab): Promise<Tab> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const open = await tx
      .select({ id: tabs.id, title: tabs.title, position: tabs.position })
      .from(tabs)
      .where(theirs(caller, connectionId));
    if (open.length >= mostTabs) {
      throw new AppError("too_large", { message: `You have ${mostTabs} tabs open here. Close some of them first.` });
    }
    const { id = newId(), title = freeTitle(open), ...content } = input;
    const [row] = await tx
      .insert(tabs)
      .values({
        ...content,
        workspaceId: caller.workspaceId,
        id,
        connectionId,
        personId: caller.personId,
        title,
        position: Math.max(0, ...open.map(({ position }) => position)) + 1,
      })
      .onConflictDoNothing()
      .returning();
    if (!row) {
      const [known] = await tx
        .select()
        .from(tabs)
        .where(and(theirs(caller, connectionId), eq(tabs.id, id)));
      if (!known) throw new AppError("already_exists");
      return shape(known);
    }
    await tell(tx, row, row.version);
    return shape(row);
  });
}

function freeTitle(open: { title: string }[]): string {
  const taken = new Set(open.map(({ title }) => title));
  for (let n = 1; ; n += 1) if (!taken.has(`Query ${n}`)) return `Query ${n}`;
}

/** Changes a tab. @throws AppError not_found, conflict when another device has changed it meanwhile */
export function changeTab(
  db: Database,
  caller: MemberCaller,
  { connectionId, tabId }: { connectionId: string; tabId: string },
  { version, ...change }: TabChange,
): Promise<Tab> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const place = and(theirs(caller, connectionId), eq(tabs.id, tabId));
    const [old] = await tx.select({ version: tabs.version }).from(tabs).where(place).for("update");
    if (!old) throw new AppError("not_found");
    if (old.version !== version) {
      throw new AppError("conflict", { message: "This tab was changed on another device in the meantime." });
    }
    const written = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const [row] = await tx
      .update(tabs)
      .set({ ...written, version: version + 1, updatedAt: new Date().toISOString() })
      .where(place)
      .returning();
    if (!row) throw new AppError("not_found");
    await tell(tx, row, row.version);
    return shape(row);
  });
}

/** Closes a tab. @throws AppError not_found */
export function closeTab(
  db: Database,
  caller: MemberCaller,
  { connectionId, tabId }: { connectionId: string; tabId: string },
): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConnection(tx, caller, connectionId);
    const [row] = await tx
      .delete(tabs)
      .where(and(theirs(caller, connectionId), eq(tabs.id, tabId)))
      .returning();
    if (!row) throw new AppError("not_found");
    await tell(tx, row, null);
  });
}
