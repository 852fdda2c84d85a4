import type { Catalog } from "@mindmesh/contracts/query/catalog";
import { mostKeptChanges } from "@mindmesh/contracts/query/ingestion";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type JobRun, defineJob } from "@mindmesh/kernel/jobs";
import { and, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import { emitConnectionEvent } from "../connections/connection-events.ts";
import { type SessionDependencies, openSession } from "../connections/open-session.ts";
import { failureOf } from "../connections/try-connection.ts";
import { ConnectionFailure, type Session, StatementFailure } from "../engines/engine.ts";
import { type ConnectionRow, connections } from "../schema.ts";
import { compareCatalogs } from "./compare-catalogs.ts";
import { type KeyCandidate, inferKeys } from "./infer-keys.ts";
import { ingestSpec } from "./ingest-spec.ts";
import { measureOverlap } from "./measure-overlap.ts";
import { readWholeCatalog, visibleCatalog } from "./read-catalog.ts";
import { type ReadingRow, readings } from "./schema.ts";
import { storeCatalog } from "./store-catalog.ts";
import { storeInferredKeys } from "./store-inferred-keys.ts";
import { askUnderGuard } from "./ask-under-guard.ts";

/** Opening a database for its schema; milliseconds. */
const longestOpening = 30_000;
/** Milliseconds between two reports to the pages that look on. */
const reportInterval = 500;
/** Readings that are kept of one connection. */
const keptReadings = 30;

/** Share of the whole work that reading the schema is; what follows are comparing values and storing. */
const introspecting = 0.7;

interface Place {
  workspaceId: string;
  connectionId: string;
  readingId: string;
}

/** The job that reads a schema. Running it again after a crash begins anew; a failure leaves the schema that is there. */
export function ingestJob(dependencies: SessionDependencies) {
  return defineJob({
    ...ingestSpec,
    async handler({ payload, workspaceId, signal, progress, attempt }: JobRun<z.output<typeof ingestSpec.payload>>) {
      if (workspaceId === null) return;
      const place = { ...payload, workspaceId };
      const { db } = dependencies;
      const row = await begin(db, place);
      if (row === null) return;
      const report = reporter(db, place, progress);
      try {
        await ingest(dependencies, place, row, signal, report.tell);
      } catch (error) {
        // Cancelled (which the reading says already), or this server stops and another one goes on.
        if (signal.aborted && isInterrupted(signal)) throw error;
        const last = attempt >= ingestSpec.maxAttempts;
        const isLost = error instanceof StatementFailure && error.kind === "lost";
        if (isLost && !last) throw error;
        await fail(db, place, reasonOf(error, signal));
        if (!isExpected(error)) throw error;
      } finally {
        await report.end();
      }
    },
  });
}

const isExpected = (error: unknown) =>
  error instanceof ConnectionFailure || error instanceof StatementFailure || error instanceof AppError;

const kindOf = (signal: AbortSignal) => (signal.reason as { kind?: unknown } | undefined)?.kind;
const isInterrupted = (signal: AbortSignal) => kindOf(signal) !== "timed_out";

function reasonOf(error: unknown, signal: AbortSignal): Pick<ReadingRow, "error" | "stage"> {
  if (kindOf(signal) === "timed_out") {
    return { error: "Reading the schema took longer than 15 minutes and was given up.", stage: "time" };
  }
  if (!isExpected(error)) {
    return { error: "Something went wrong on the server. It has been recorded; try again.", stage: null };
  }
  const { message, stage } = failureOf(error);
  return { error: message, stage };
}

async function ingest(
  dependencies: SessionDependencies,
  place: Place,
  row: ConnectionRow,
  signal: AbortSignal,
  tell: (share: number, text: string) => void,
): Promise<void> {
  tell(0, "Opening the database");
  const opening = AbortSignal.any([signal, AbortSignal.timeout(longestOpening)]);
  const session = await openSession(dependencies, row, opening);
  let catalog: Catalog;
  let keys: KeyCandidate[];
  try {
    catalog = await session.introspect({
      signal,
      progress: (share, text) => tell(share * introspecting, text),
      samples: true,
    });
    keys = await likelyKeys(session, row, catalog, signal, (done, all) =>
      tell(introspecting + (done / all) * (0.9 - introspecting), `Comparing values of likely keys: ${done} of ${all}`),
    );
  } finally {
    await session.close();
  }
  signal.throwIfAborted();
  tell(0.9, `Storing ${catalog.tables.length} tables`);
  await store(dependencies.db, place, catalog, keys);
}

async function likelyKeys(
  session: Session,
  row: ConnectionRow,
  catalog: Catalog,
  signal: AbortSignal,
  compared: (done: number, all: number) => void,
): Promise<KeyCandidate[]> {
  // Of what is hidden nobody asks, the server neither.
  const visible = visibleCatalog(row.engine, catalog, row.hidden);
  return measureOverlap(row.engine, inferKeys(visible), askUnderGuard(session, visible, signal), { signal, compared });
}

const thisReading = ({ workspaceId, connectionId, readingId }: Place) =>
  and(
    eq(readings.workspaceId, workspaceId),
    eq(readings.connectionId, connectionId),
    eq(readings.id, readingId),
    inArray(readings.state, ["waiting", "running"]),
  );

/** The connection, once its reading is marked as running; null when it was cancelled or is gone. */
async function begin(db: Database, place: Place): Promise<ConnectionRow | null> {
  const { workspaceId, connectionId } = place;
  return db.withWorkspace({ workspaceId }, async (tx) => {
    const row = await lockShared(tx, place);
    if (row === null) return null;
    const begun = await tx
      .update(readings)
      .set({ state: "running", progress: 0, progressText: null })
      .where(thisReading(place))
      .returning({ id: readings.id });
    if (begun.length === 0) return null;
    await emitConnectionEvent(tx, "query.connections.changed", { workspaceId, id: connectionId });
    return row;
  });
}

async function lockShared(tx: Transaction, { workspaceId, connectionId }: Place): Promise<ConnectionRow | null> {
  const [row] = await tx
    .select()
    .from(connections)
    .where(and(eq(connections.workspaceId, workspaceId), eq(connections.id, connectionId)))
    .for("update");
  return row ?? null;
}

async function store(db: Database, place: Place, catalog: Catalog, keys: readonly KeyCandidate[]): Promise<void> {
  const { workspaceId } = place;
  await db.withWorkspace({ workspaceId }, async (tx) => {
    const row = await lockShared(tx, place);
    if (row === null) return;
    const takenAt = new Date().toISOString();
    const before = await readWholeCatalog(tx, row);
    const changes = before === null ? null : compareCatalogs(before.catalog, catalog);
    const ended = await tx
      .update(readings)
      .set({
        state: "done",
        progress: 1,
        progressText: null,
        tables: catalog.tables.length,
        changeCount: changes?.length ?? null,
        changes: (changes ?? []).slice(0, mostKeptChanges),
        finishedAt: takenAt,
      })
      .where(thisReading(place))
      .returning({ id: readings.id });
    // Cancelled at the last moment, or its connection is at another place now: what was read counts for nothing.
    if (ended.length === 0) return;
    await storeCatalog(tx, row, catalog, takenAt);
    await storeInferredKeys(tx, row, catalog, keys);
    await tx
      .update(connections)
      .set({ ingestedAt: takenAt })
      .where(and(eq(connections.workspaceId, workspaceId), eq(connections.id, row.id)));
    await tx.execute(forgetOldReadings(place));
    await emitConnectionEvent(tx, "query.connections.changed", row);
    await emitConnectionEvent(tx, "query.schema.changed", row);
  });
}

async function fail(db: Database, place: Place, reason: Pick<ReadingRow, "error" | "stage">): Promise<void> {
  const { workspaceId, connectionId } = place;
  await db.withWorkspace({ workspaceId }, async (tx) => {
    await tx
      .update(readings)
      .set({ ...reason, state: "failed", progressText: null, finishedAt: new Date().toISOString() })
      .where(thisReading(place));
    await tx.execute(forgetOldReadings(place));
    await emitConnectionEvent(tx, "query.connections.changed", { workspaceId, id: connectionId });
  });
}

const forgetOldReadings = ({ workspaceId, connectionId }: Place) => sql`
  DELETE FROM query.readings WHERE workspace_id = ${workspaceId} AND connection_id = ${connectionId} AND id < (
    SELECT min(id::text)::uuid FROM (
      SELECT id FROM query.readings WHERE workspace_id = ${workspaceId} AND connection_id = ${connectionId}
      ORDER BY id DESC LIMIT ${keptReadings}
    ) AS kept
  )`;

/** Reports to the job and, at most twice a second, to the reading that pages look at. */
function reporter(db: Database, place: Place, progress: (share: number, text?: string) => void) {
  let writing = Promise.resolve();
  let written = 0;
  return {
    tell(share: number, text: string): void {
      progress(share, text);
      if (Date.now() - written < reportInterval) return;
      written = Date.now();
      const bounded = Math.min(1, Math.max(0, share));
      const write = () =>
        db.withWorkspace(
          { workspaceId: place.workspaceId },
          (tx) =>
            tx
              .update(readings)
              .set({ progress: bounded, progressText: text.slice(0, 500) })
              .where(thisReading(place)),
          { relaxedDurability: true },
        );
      // The work matters more than its display.
      writing = writing.then(write).then(
        () => undefined,
        () => undefined,
      );
    },
    end: () => writing,
  };
}
