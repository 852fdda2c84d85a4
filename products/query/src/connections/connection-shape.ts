import type { Connection } from "@mindmesh/contracts/query/connections";
import type { Ingestion } from "@mindmesh/contracts/query/ingestion";
import type { Transaction } from "@mindmesh/kernel/db";
import { and, desc, eq, inArray } from "drizzle-orm";
import { type ReadingRow, readings } from "../catalog/schema.ts";
import type { ConnectionRow } from "../schema.ts";

/** Connections as pages and programs see them, with their last reading; the contract's schema drops their secret and what else it does not name. */
export async function connectionShapes(
  tx: Transaction,
  workspaceId: string,
  rows: readonly ConnectionRow[],
): Promise<Connection[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const last = await tx
    .selectDistinctOn([readings.connectionId], readingColumns)
    .from(readings)
    .where(and(eq(readings.workspaceId, workspaceId), inArray(readings.connectionId, ids)))
    .orderBy(readings.connectionId, desc(readings.id));
  const byConnection = new Map(last.map((reading) => [reading.connectionId, reading]));
  return rows.map(({ secret: _secret, ...row }) => ({ ...row, ingestion: byConnection.get(row.id) ?? null }));
}

// All but the changes, which can be many.
const readingColumns = {
  connectionId: readings.connectionId,
  id: readings.id,
  state: readings.state,
  cause: readings.cause,
  progress: readings.progress,
  progressText: readings.progressText,
  error: readings.error,
  stage: readings.stage,
  tables: readings.tables,
  changeCount: readings.changeCount,
  createdAt: readings.createdAt,
  finishedAt: readings.finishedAt,
};

/** A reading as pages see it. */
export const readingShape = ({ changes: _changes, ...row }: ReadingRow): Ingestion => row;
