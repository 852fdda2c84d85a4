import type { Cell, TextPlace } from "@mindmesh/contracts/query/engine";
import type { StatementLimits } from "@mindmesh/contracts/query/connections";
import type { StatementFailureShape, StatementPart } from "@mindmesh/contracts/query/statements";
import type { Actor } from "@mindmesh/kernel/audit";
import { type Database, newId } from "@mindmesh/kernel/db";
import type { Logger } from "@mindmesh/kernel/observe";
import type { Notifications } from "@mindmesh/kernel/realtime";
import { ConnectionFailure, type RunPart, StatementFailure, type WholeValue } from "../engines/engine.ts";
import type { CheckedStatement } from "../guard/guard.ts";
import { type ConnectionRow, type StatementRow, resultBlocks, statements } from "../schema.ts";
import { endStatement, thisStatement } from "./end-statement.ts";
import { createPartQueue } from "./part-queue.ts";
import { forgetCached } from "./result-cache.ts";
import { createResultWriter } from "./result-writer.ts";
import type { SessionPool } from "./session-pool.ts";
import { statementShape } from "./statement-shape.ts";
import { untilStopped } from "./until-stopped.ts";

export interface StatementWork {
  /** As the database has it: running, with this server's id. */
  row: StatementRow;
  connection: ConnectionRow;
  checked: CheckedStatement;
  parameters: Cell[];
  limits: StatementLimits;
  actor: Actor;
  /** From the text that runs to the text that was asked for. */
  askedPlace(place: TextPlace): TextPlace;
}

export interface RunningStatement {
  /** What happens, in order; it waits for nobody, and who comes late misses nothing. */
  parts: AsyncIterable<StatementPart>;
  /** The statement as it ended; never rejects for what went wrong in the database. */
  ended: Promise<StatementRow>;
  /** When its rows were read, if they are those of an earlier run. */
  cachedAt?: string | null;
}

interface RunnerDependencies {
  db: Database;
  log: Logger;
  notifications: Notifications;
  sessions: SessionPool;
}

export type StatementRunner = ReturnType<typeof createStatementRunner>;
type StopReason = "cancelled" | "time" | "draining";

/** Rows are kept for so long after they were read. */
export const resultHours = 24;
/** An engine that has not ended a statement this long after it was stopped is left behind, with its login. */
const stopMilliseconds = 5000;
/** The engine's own limit comes first; this one is for an engine that cannot keep it. */
const timeAllowanceMilliseconds = 2000;

/** Runs checked statements on this server and keeps their results, independently of who asked for them. */
export function createStatementRunner({ db, log, notifications, sessions }: RunnerDependencies) {
  const running = new Map<string, { controller: AbortController; done: Promise<unknown> }>();
  notifications.on("mindmesh_query_cancel", (id) =>
    running.get(id)?.controller.abort("cancelled" satisfies StopReason),
  );

  async function perform(
    work: StatementWork,
    controller: AbortController,
    push: (part: StatementPart) => void,
  ): Promise<StatementRow> {
    const { row, limits } = work;
    const { workspaceId, id: statementId } = row;
    const { signal } = controller;
    const writer = createResultWriter(
      async (block) => {
        const values = { workspaceId, statementId, ...block };
        await db.withWorkspace({ workspaceId }, (tx) => tx.insert(resultBlocks).values(values), {
          relaxedDurability: true,
        });
      },
      (block, isFirst) => {
        if (isFirst) push({ type: "rows", block });
        push({ type: "block", firstRow: block.firstRow, rows: block.rows.length });
      },
    );
    const seen: Pick<StatementRow, "columns" | "notices"> & { end: Extract<RunPart, { type: "end" }> | null } = {
      columns: [],
      notices: [],
      end: null,
    };
    const take = async (part: RunPart) => {
      if (part.type === "columns") {
        seen.columns = part.columns;
        push(part);
        await db.withWorkspace({ workspaceId }, (tx) =>
          tx.update(statements).set({ columns: part.columns }).where(thisStatement(row)),
        );
      } else if (part.type === "rows") await writer.push(part.rows, part.cuts);
      else if (part.type === "notice") {
        if (seen.notices.length < 100) seen.notices.push(part.text.slice(0, 2000));
        push(part);
      } else seen.end = part;
    };
    const started = performance.now();
    const timer = setTimeout(
      () => controller.abort("time" satisfies StopReason),
      limits.seconds * 1000 + timeAllowanceMilliseconds,
    );
    let failure: StatementFailureShape | null = null;
    try {
      await runOn(work, signal, take);
    } catch (error) {
      failure = explain(error, work, signal);
      if (failure === null) {
        log.error({ err: error, statementId }, "a statement failed on this server");
        failure = serverFailure("Something went wrong on the server. It has been recorded; run the statement again.");
      }
    } finally {
      clearTimeout(timer);
    }
    try {
      await writer.finish();
    } catch (error) {
      log.error({ err: error, statementId }, "rows of a statement could not be stored");
      failure ??= serverFailure("The server could not store the rows. Its disk may be full.");
    }
    const end: Partial<StatementRow> & Pick<StatementRow, "state"> = {
      state: failure === null ? "done" : failure.kind === "cancelled" ? "cancelled" : "failed",
      columns: seen.columns,
      notices: seen.notices,
      rows: writer.written.rows,
      bytes: writer.written.bytes,
      affectedRows: seen.end?.affectedRows ?? null,
      stoppedBy: seen.end?.stoppedBy ?? null,
      milliseconds: Math.round(seen.end?.milliseconds ?? performance.now() - started),
      failure,
      resultUntil: seen.columns.length > 0 ? new Date(Date.now() + resultHours * 3_600_000).toISOString() : null,
      ...(failure !== null && { cacheKey: null }),
    };
    const ended = await db.withWorkspace({ workspaceId, userId: row.personId }, (tx) =>
      endStatement(tx, row, end, work.actor),
    );
    return ended ?? { ...row, ...end, serverId: null };
  }

  /** Runs it on a login of the pool; once more on a new one where an idle login turned out to be dead. */
  async function runOn(
    work: Omit<StatementWork, "row" | "actor">,
    signal: AbortSignal,
    take: (part: RunPart) => Promise<void>,
    whole?: WholeValue,
  ): Promise<void> {
    const { connection, checked: statement, parameters, limits } = work;
    for (;;) {
      const lease = await sessions.take(connection, signal);
      let begun = false;
      let keep = false;
      try {
        signal.throwIfAborted();
        const parts = lease.session.run({ statement, parameters, limits, signal, whole });
        for await (const part of untilStopped(parts, signal, stopMilliseconds)) {
          begun = true;
          await take(part);
        }
        keep = true;
        return;
      } catch (error) {
        const kind = error instanceof StatementFailure ? error.kind : "lost";
        keep = !signal.aborted && !["lost", "cancelled", "time"].includes(kind);
        if (kind === "lost" && lease.isReused && !begun && !signal.aborted) continue;
        throw error;
      } finally {
        lease.release(keep);
      }
    }
  }

  /** Runs a writing statement on a login of its own, which is not used again. */
  async function performWrite(
    work: StatementWork,
    controller: AbortController,
    how: { commit: boolean; expectedRows: number | null },
  ): Promise<StatementRow> {
    const { row, connection, checked: statement, parameters, limits } = work;
    const { signal } = controller;
    const started = performance.now();
    const end: Partial<StatementRow> & Pick<StatementRow, "state"> = { state: how.commit ? "done" : "previewed" };
    try {
      const lease = await sessions.take(connection, signal);
      try {
        end.affectedRows = (await lease.session.write({ statement, parameters, limits, signal, ...how })).affectedRows;
      } finally {
        lease.release(false);
      }
    } catch (error) {
      end.failure = explain(error, work, signal);
      if (end.failure === null) {
        log.error({ err: error, statementId: row.id }, "a writing statement failed on this server");
        end.failure = serverFailure("Something went wrong on the server. Look at the rows before you run it again.");
      }
      end.state = end.failure.kind === "cancelled" ? "cancelled" : "failed";
    }
    end.milliseconds = Math.round(performance.now() - started);
    const ended = await db.withWorkspace({ workspaceId: row.workspaceId, userId: row.personId }, async (tx) => {
      if (how.commit) await forgetCached(tx, connection);
      return endStatement(tx, row, end, work.actor);
    });
    return ended ?? { ...row, ...end, serverId: null };
  }

  return {
    sessions,
    /**
     * Runs a writing statement that the database already shows as running.
     * @param how `commit: false` takes everything back; `expectedRows`: how many it must change to be committed
     */
    async write(work: StatementWork, how: { commit: boolean; expectedRows: number | null }): Promise<StatementRow> {
      const controller = new AbortController();
      const done = performWrite(work, controller, how).finally(() => running.delete(work.row.id));
      running.set(work.row.id, { controller, done: done.catch(() => undefined) });
      return done;
    },
    /**
     * Runs a reading statement again for one value of its result; its rows go nowhere.
     * @returns why it did not come to its end; null: it did
     */
    async readWhole(
      work: Omit<StatementWork, "row" | "actor">,
      whole: WholeValue,
      signal: AbortSignal,
    ): Promise<StatementFailureShape | null> {
      const controller = new AbortController();
      const stop = () => controller.abort("cancelled" satisfies StopReason);
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
      const timer = setTimeout(
        () => controller.abort("time" satisfies StopReason),
        work.limits.seconds * 1000 + timeAllowanceMilliseconds,
      );
      const id = newId();
      const done = runOn(work, controller.signal, () => Promise.resolve(), whole);
      running.set(id, { controller, done: done.catch(() => undefined) });
      try {
        await done;
        return null;
      } catch (error) {
        const failure = explain(error, work, controller.signal);
        if (failure === null) throw error;
        return failure;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        running.delete(id);
      }
    },
    /** Begins a statement that the database already shows as running. */
    start(work: StatementWork, signal?: AbortSignal): RunningStatement {
      const controller = new AbortController();
      const stop = () => controller.abort("cancelled" satisfies StopReason);
      if (signal?.aborted) stop();
      else signal?.addEventListener("abort", stop, { once: true });
      const queue = createPartQueue<StatementPart>();
      queue.push({ type: "statement", statement: statementShape(work.row) });
      const ended = perform(work, controller, queue.push).finally(() => {
        running.delete(work.row.id);
        signal?.removeEventListener("abort", stop);
      });
      running.set(work.row.id, { controller, done: ended.catch(() => undefined) });
      ended.then(
        (row) => queue.end({ type: "end", statement: statementShape(row) }),
        // The row stays open and is taken for lost once this process is gone.
        (error: unknown) => {
          log.error({ err: error, statementId: work.row.id }, "a statement could not be closed");
          const failure = serverFailure("The server could not record how the statement ended.");
          const row: StatementRow = { ...work.row, state: "lost", failure, serverId: null };
          queue.end({ type: "end", statement: statementShape(row) });
        },
      );
      return { parts: queue, ended };
    },
    /** Ends a statement on whichever server it runs. */
    async cancel(statementId: string): Promise<void> {
      running.get(statementId)?.controller.abort("cancelled" satisfies StopReason);
      await notifications.notify("mindmesh_query_cancel", statementId);
    },
    /** Gives statements `seconds` to end, then cancels the rest. */
    async drain(seconds: number): Promise<void> {
      const all = () => Promise.all([...running.values()].map(({ done }) => done));
      let timer: NodeJS.Timeout | undefined;
      const deadline = new Promise((resolve) => {
        timer = setTimeout(resolve, seconds * 1000);
      });
      await Promise.race([all(), deadline]);
      clearTimeout(timer);
      for (const { controller } of running.values()) controller.abort("draining" satisfies StopReason);
      await all();
      sessions.closeIdle();
    },
  };
}

const stopWords: Record<StopReason, string> = {
  cancelled: "Cancelled.",
  time: "The statement took longer than it may here and was ended.",
  draining: "The server was restarted while the statement was running. Run it again.",
};

const serverFailure = (message: string): StatementFailureShape => ({
  kind: "other",
  message,
  code: null,
  hint: null,
  place: null,
});

/** What a failure says to the person; null for a fault of this server. */
export function explain(
  error: unknown,
  work: Pick<StatementWork, "askedPlace">,
  signal: AbortSignal,
): StatementFailureShape | null {
  if (signal.aborted) {
    const reason = signal.reason as StopReason;
    const kind = reason === "time" ? "time" : reason === "draining" ? "lost" : "cancelled";
    return { ...serverFailure(stopWords[reason] ?? stopWords.cancelled), kind };
  }
  if (error instanceof StatementFailure) {
    const { kind, message, code, hint, place } = error;
    return { kind, message, code, hint, place: place && work.askedPlace(place) };
  }
  if (error instanceof ConnectionFailure) return { ...serverFailure(error.message), kind: "connection" };
  return null;
}
