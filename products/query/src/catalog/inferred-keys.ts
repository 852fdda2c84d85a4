import type { Catalog, InferredKey } from "@mindmesh/contracts/query/catalog";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { and, asc, eq } from "drizzle-orm";
import { emitConnectionEvent } from "../connections/connection-events.ts";
import { findConnection } from "../connections/find-connection.ts";
import type { ConnectionRow } from "../schema.ts";
import { readCatalog } from "./read-catalog.ts";
import { inferredKeys } from "./schema.ts";

type KeyRow = typeof inferredKeys.$inferSelect;

const shape = ({ key, content, decision }: KeyRow): InferredKey => ({ ...content, key, decision });

/**
 * Foreign keys of a connection that nobody declared, those people rejected too: only between columns that are in the given, visible
 * catalogue, and none that the database declares by now. Most likely first.
 */
export async function readInferredKeys(
  tx: Transaction,
  row: Pick<ConnectionRow, "workspaceId" | "id">,
  catalog: Catalog,
): Promise<InferredKey[]> {
  const rows = await tx
    .select()
    .from(inferredKeys)
    .where(and(eq(inferredKeys.workspaceId, row.workspaceId), eq(inferredKeys.connectionId, row.id)))
    .orderBy(asc(inferredKeys.key));
  const place = (...names: string[]) => JSON.stringify(names);
  const visible = new Set<string>();
  const declared = new Set<string>();
  for (const { schema, name, columns, foreignKeys } of catalog.tables) {
    for (const column of columns) visible.add(place(schema, name, column.name));
    for (const key of foreignKeys) declared.add(place(schema, name, ...key.columns));
  }
  return rows
    .map(shape)
    .filter(
      ({ from, columns, to, toColumns }) =>
        columns.every((column) => visible.has(place(from.schema, from.name, column))) &&
        toColumns.every((column) => visible.has(place(to.schema, to.name, column))) &&
        !declared.has(place(from.schema, from.name, ...columns)),
    )
    .sort((one, other) => other.confidence - one.confidence);
}

/**
 * Confirms or rejects a key, for everybody who uses the connection.
 * @throws AppError not_allowed, not_found
 */
export async function decideInferredKey(
  db: Database,
  caller: MemberCaller,
  actor: Actor,
  { connectionId, key, decision }: { connectionId: string; key: string; decision: InferredKey["decision"] },
): Promise<InferredKey> {
  const { workspaceId, personId } = caller;
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    requireRight(caller, "query.develop");
    const stored = await readCatalog(tx, row);
    const visible = stored === null ? [] : await readInferredKeys(tx, row, stored.catalog);
    if (!visible.some((each) => each.key === key)) throw new AppError("not_found");
    const [decided] = await tx
      .update(inferredKeys)
      .set({
        decision,
        decidedBy: decision === "open" ? null : personId,
        decidedAt: decision === "open" ? null : new Date().toISOString(),
      })
      .where(
        and(
          eq(inferredKeys.workspaceId, workspaceId),
          eq(inferredKeys.connectionId, connectionId),
          eq(inferredKeys.key, key),
        ),
      )
      .returning();
    if (!decided) throw new AppError("not_found");
    await audit(tx, actor, {
      workspaceId,
      action: "connection.key_decided",
      target: { kind: "connection", id: connectionId },
      details: { key, decision },
    });
    await emitConnectionEvent(tx, "query.schema.changed", row, personId);
    return shape(decided);
  });
}
