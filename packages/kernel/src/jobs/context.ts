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

/** What a transaction was limited to before `asOwner`: nothing (`none`), or a role and its workspace. */
export interface Limit {
  role: string;
  workspaceId: string | null;
}

/**
 * Runs `work` as the owner of the schema within a transaction that may be limited to one workspace; the limit is back
 * afterwards. For the queue's own tables only, which no workspace's role may touch: `work` checks the limit itself.
 */
export async function asOwner<T>(tx: Transaction, work: (limit: Limit) => Promise<T>): Promise<T> {
  const { rows } = await tx.client.query<{ role: string; workspace: string | null }>({
    name: "jobs.as-owner",
    text: `SELECT current_setting('role') AS role, current_setting('app.workspace_id', true) AS workspace,
                  set_config('role', 'none', true)`,
  });
  const { role = "none", workspace = null } = rows[0] ?? {};
  const restore = () => tx.client.query("SELECT set_config('role', $1, true)", [role]);
  let result: T;
  try {
    result = await work({ role, workspaceId: workspace });
  } catch (error) {
    // In an aborted transaction this fails too, and the rollback brings the role back.
    await restore().catch(() => undefined);
    throw error;
  }
  if (role !== "none") await restore();
  return result;
}
