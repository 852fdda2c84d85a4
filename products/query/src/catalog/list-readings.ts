import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import type { Ingestion, SchemaChange } from "@mindmesh/contracts/query/ingestion";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, desc, eq } from "drizzle-orm";
import { readingShape } from "../connections/connection-shape.ts";
import { findConnection } from "../connections/find-connection.ts";
import { readCatalog } from "./read-catalog.ts";
import { readings } from "./schema.ts";

/** The last readings of a schema, newest first, without changes of what is hidden. @throws AppError not_allowed, not_found */
export async function listReadings(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
): Promise<(Ingestion & { changes: SchemaChange[] })[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const hidden = (await readCatalog(tx, row))?.hidden ?? row.hidden;
    const rows = await tx
      .select()
      .from(readings)
      .where(and(eq(readings.workspaceId, caller.workspaceId), eq(readings.connectionId, connectionId)))
      .orderBy(desc(readings.id))
      .limit(20);
    return rows.map((row) => {
      const changes = row.changes.filter((change) => !tellsOfHidden(change, hidden));
      const left = row.changes.length - changes.length;
      const changeCount = row.changeCount === null ? null : row.changeCount - left;
      return { ...readingShape(row), changes, changeCount };
    });
  });
}

function tellsOfHidden(change: SchemaChange, hidden: readonly HiddenObject[]): boolean {
  const texts = [change.name, change.before, change.after].filter((text) => text !== null);
  return hidden.some(({ schema, table, column }) => {
    if (schema === change.schema && table === change.table && column === null) return true;
    // Keys and definitions of other tables name what they point to.
    const name = column ?? table;
    return change.name === name || (change.what !== "table" && texts.some((text) => text.includes(name)));
  });
}
