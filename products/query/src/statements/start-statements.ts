import type { Kernel } from "@mindmesh/kernel/product";
import type { FastifyInstance } from "fastify";
import { openSession } from "../connections/open-session.ts";
import { loseOrphanedStatements } from "./end-statement.ts";
import { statementRoutesOn } from "./routes.ts";
import type { RunDependencies } from "./run-statement.ts";
import { createSessionPool } from "./session-pool.ts";
import { createStatementRunner } from "./statement-runner.ts";
import { sweepResults } from "./sweep-results.ts";

const orphanSweepSeconds = 5;
const resultSweepMinutes = 5;

/** Statements: their routes, what other parts of Query run them with, and the sweeps over what dead servers and time leave. */
export function startStatements(
  app: FastifyInstance,
  kernel: Kernel,
): RunDependencies & { drain(seconds: number): Promise<void> } {
  const { db, log, notifications, serverId } = kernel;
  const sessions = createSessionPool(
    (row, signal) => openSession(kernel, row, signal),
    (error) => log.warn({ err: error }, "a login could not be closed"),
  );
  const runner = createStatementRunner({ db, log, notifications, sessions });
  const dependencies = { db, runner, serverId };
  statementRoutesOn(app, dependencies);
  const lose = () =>
    loseOrphanedStatements(db).catch((error) =>
      log.error({ err: error }, "statements of a server that is gone could not be ended"),
    );
  const sweep = () => sweepResults(db).catch((error) => log.error({ err: error }, "old results could not be removed"));
  void lose();
  const timers = [
    setInterval(() => void lose(), orphanSweepSeconds * 1000),
    setInterval(() => void sweep(), resultSweepMinutes * 60_000),
  ];
  return {
    ...dependencies,
    async drain(seconds) {
      for (const timer of timers) clearInterval(timer);
      await runner.drain(seconds);
    },
  };
}
