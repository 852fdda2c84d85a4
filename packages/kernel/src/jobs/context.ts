import type { PgBoss } from "pg-boss";
import type { Database, Transaction } from "../db/index.ts";
import type { Job } from "./define-job.ts";

/** What the parts of `jobs` share. */
export interface JobsContext {
  db: Database;
  boss: PgBoss;
  /** By name; filled when the server has composed its products. */
  definitions: Map<string, Job>;
  onError(error: unknown): void;
}

/** Carries a wake-up (`wake:<queue>`) or a cancellation (`cancel:<job id>`) to every worker. */
export const jobsChannel = "mindmesh_jobs";

/** What the library stores as a job's data. */
export interface StoredJob {
  job: string;
  payload: unknown;
}

/** Lets the library run its statements inside our transaction. */
export function libraryIn(tx: Transaction) {
  return { executeSql: (text: string, values?: unknown[]) => tx.client.query(text, values) };
}

/**
 * Runs `work` as the owner of the schema within a transaction that may be limited to one workspace (`tx.tenant`, which
 * `work` has to respect itself); the limit is back afterwards. For the queue's own tables only, which no workspace's
 * role may touch.
 */
export async function asOwner<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  if (tx.tenant === null) return work();
  await tx.client.query("SET LOCAL ROLE NONE");
  const limitAgain = () => tx.client.query("SET LOCAL ROLE mindmesh_app");
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // In an aborted transaction this fails too, and the rollback brings the role back.
    await limitAgain().catch(() => undefined);
    throw error;
  }
  await limitAgain();
  return result;
}
