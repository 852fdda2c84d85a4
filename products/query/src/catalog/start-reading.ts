import type { Ingestion } from "@mindmesh/contracts/query/ingestion";
import { schemaCacheMs } from "@mindmesh/contracts/query/schema";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import type { Jobs } from "@mindmesh/kernel/jobs";
import { and, desc, eq, inArray } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { emitConnectionEvent } from "../connections/connection-events.ts";
import { readingShape } from "../connections/connection-shape.ts";
import { findConnection } from "../connections/find-connection.ts";
import type { ConnectionRow } from "../schema.ts";
import { ingestSpec } from "./ingest-spec.ts";
import { type ReadingRow, readings } from "./schema.ts";

export interface ReadingDependencies {
  db: Database;
  jobs: Pick<Jobs, "enqueue" | "cancel">;
}

/** The reading of a connection that is under way, locked until the transaction ends; null when there is none. */
export async function readingUnderWay(
  tx: Transaction,
  { workspaceId, id }: Pick<ConnectionRow, "workspaceId" | "id">,
): Promise<ReadingRow | null> {
  const [row] = await tx
    .select()
    .from(readings)
    .where(
      and(
        eq(readings.workspaceId, workspaceId),
        eq(readings.connectionId, id),
        inArray(readings.state, ["waiting", "running"]),
      ),
    )
    .for("update");
  return row ?? null;
}

/** Has the schema of a connection read in the background once the transaction is committed; one that is under way stands for it. */
export async function startReading(
  { jobs }: ReadingDependencies,
  tx: Transaction,
  row: ConnectionRow,
  { cause, personId }: { cause: ReadingRow["cause"]; personId: string | null },
): Promise<ReadingRow> {
  const { workspaceId, id: connectionId } = row;
  const current = await readingUnderWay(tx, row);
  if (current !== null) return current;
  const id = uuidv7();
  const jobId = await jobs.enqueue(tx, ingestSpec, { connectionId, readingId: id }, { workspaceId, userId: personId });
  const [made] = await tx
    .insert(readings)
    .values({ workspaceId, connectionId, id, state: "waiting", cause, jobId, requestedBy: personId })
    .onConflictDoNothing()
    .returning();
  // Somebody else began one in this very moment; the job finds no row of its own and does nothing.
  const started = made ?? (await readingUnderWay(tx, row));
  if (started === null) throw new AppError("conflict");
  await emitConnectionEvent(tx, "query.connections.changed", row, personId);
  return started;
}

/**
 * Has the schema read anew, whatever its age.
 * @throws AppError not_allowed, not_found
 */
export async function refreshSchema(
  dependencies: ReadingDependencies,
  caller: MemberCaller,
  actor: Actor,
  connectionId: string,
): Promise<Ingestion> {
  const { workspaceId, personId } = caller;
  return dependencies.db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    requireRight(caller, "query.develop");
    await audit(tx, actor, {
      workspaceId,
      action: "connection.schema_asked",
      target: { kind: "connection", id: connectionId },
    });
    return readingShape(await startReading(dependencies, tx, row, { cause: "asked", personId }));
  });
}

/** Has a schema read anew when it is older than its cache; not within the same time after a reading that failed. */
export async function refreshIfStale(
  dependencies: ReadingDependencies,
  tx: Transaction,
  row: ConnectionRow,
): Promise<void> {
  const isOld = (moment: string) => Date.now() - Date.parse(moment) > schemaCacheMs;
  if (row.ingestedAt === null || !isOld(row.ingestedAt)) return;
  const [last] = await tx
    .select({ createdAt: readings.createdAt })
    .from(readings)
    .where(and(eq(readings.workspaceId, row.workspaceId), eq(readings.connectionId, row.id)))
    .orderBy(desc(readings.id))
    .limit(1);
  if (last && !isOld(last.createdAt)) return;
  await startReading(dependencies, tx, row, { cause: "stale", personId: null });
}
