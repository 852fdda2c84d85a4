import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type JobRun, defineJob } from "@mindmesh/kernel/jobs";
import { and, eq, inArray } from "drizzle-orm";
import type { z } from "zod";
import { readCatalog } from "../catalog/read-catalog.ts";
import type { SessionDependencies } from "../connections/open-session.ts";
import { ConnectionFailure, StatementFailure } from "../engines/engine.ts";
import { connections } from "../schema.ts";
import { MockImpossible } from "./made-table.ts";
import { mockRunSpec } from "./mock-run-spec.ts";
import { mockRuns } from "./schema.ts";
import { writeInto } from "./write-into.ts";

/** Milliseconds between two reports of progress. */
const reportInterval = 500;

interface Place {
  workspaceId: string;
  connectionId: string;
  runId: string;
}

/** The job that writes made-up rows: all of them, or none when it fails, is cancelled or its server dies. */
export function mockDataJob(dependencies: SessionDependencies) {
  return defineJob({
    ...mockRunSpec,
    async handler({ payload, workspaceId, signal, progress }: JobRun<z.output<typeof mockRunSpec.payload>>) {
      if (workspaceId === null) return;
      const { db } = dependencies;
      const place = { ...payload, workspaceId };
      const work = await begin(db, place);
      if (work === null) return;
      const { run, row, catalog } = work;
      let reported = 0;
      let writing = Promise.resolve();
      const tell = (written: number, table: string) => {
        progress(written / Math.max(run.rows, 1), table);
        if (Date.now() - reported < reportInterval) return;
        reported = Date.now();
        // The work matters more than its display.
        writing = writing.then(() => update(db, place, { written, text: table })).catch(() => undefined);
      };
      try {
        const written = await writeInto(dependencies, row, { plan: run.plan, catalog, signal, progress: tell });
        await writing;
        await update(db, place, { state: "done", written, text: null, finishedAt: new Date().toISOString() });
      } catch (error) {
        await writing;
        const words = reasonOf(error, signal);
        await update(db, place, {
          state: "failed",
          error: words ?? unknown,
          text: null,
          finishedAt: new Date().toISOString(),
        });
        if (words === null) throw error;
      }
    },
  });
}

const unknown = "Something went wrong on the server. It has been recorded; nothing was written.";

/** What a person is told; null for a fault of ours. */
function reasonOf(error: unknown, signal: AbortSignal): string | null {
  if (signal.aborted) return "It was stopped; nothing was written.";
  const isKnown =
    error instanceof MockImpossible ||
    error instanceof ConnectionFailure ||
    error instanceof StatementFailure ||
    error instanceof AppError;
  if (isKnown) return error.message;
  // What PostgreSQL says: it names the constraint, and the rows are of our making.
  const { severity, message, detail } = error as { severity?: string; message?: string; detail?: string };
  return severity === undefined || message === undefined ? null : [message, detail].filter(Boolean).join(". ");
}

const own = ({ workspaceId, connectionId, runId }: Place) =>
  and(
    eq(mockRuns.workspaceId, workspaceId),
    eq(mockRuns.connectionId, connectionId),
    eq(mockRuns.id, runId),
    inArray(mockRuns.state, ["waiting", "running"]),
  );

async function update(db: Database, place: Place, values: Partial<typeof mockRuns.$inferInsert>): Promise<void> {
  await db.withWorkspace({ workspaceId: place.workspaceId }, (tx) => tx.update(mockRuns).set(values).where(own(place)));
}

/** The run with what it needs, marked as running; null when it was cancelled or its connection is gone. */
async function begin(db: Database, place: Place) {
  const { workspaceId, connectionId } = place;
  return db.withWorkspace({ workspaceId }, async (tx) => {
    const [run] = await tx.update(mockRuns).set({ state: "running" }).where(own(place)).returning();
    const [row] = await tx
      .select()
      .from(connections)
      .where(and(eq(connections.workspaceId, workspaceId), eq(connections.id, connectionId)));
    const stored = row && (await readCatalog(tx, row));
    return run && row && stored ? { run, row, catalog: stored.catalog } : null;
  });
}
