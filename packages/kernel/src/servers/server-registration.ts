import { hostname } from "node:os";
import type { Database } from "../db/index.ts";

/** A server without a heartbeat for this long is dead. */
export const deadAfterSeconds = 15;
const heartbeatSeconds = 5;

export interface ServerRegistration {
  /** Id of this process, new at every start. */
  id: string;
  close(): Promise<void>;
}

/**
 * Registers this process and keeps its heartbeat. With `alone` (embedded database) every earlier registration is of a
 * dead process and removed at once; otherwise dead ones go after `deadAfterSeconds`.
 */
export async function registerServer(
  db: Database,
  settings: { id: string; role: string; alone: boolean; onError: (error: unknown) => void },
): Promise<ServerRegistration> {
  const { id } = settings;
  if (settings.alone) await db.pool.query("DELETE FROM kernel.servers");
  const beat = () =>
    db.pool.query(
      `INSERT INTO kernel.servers (id, role, host, pid) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`,
      [id, settings.role, hostname(), process.pid],
    );
  await beat();
  const timer = setInterval(() => {
    beat()
      .then(() =>
        db.pool.query("DELETE FROM kernel.servers WHERE heartbeat_at < now() - make_interval(secs => $1)", [
          deadAfterSeconds,
        ]),
      )
      .catch(settings.onError);
  }, heartbeatSeconds * 1000);
  return {
    id,
    async close() {
      clearInterval(timer);
      await db.pool.query("DELETE FROM kernel.servers WHERE id = $1", [id]);
    },
  };
}

/** Ids of the server processes that are alive. */
export async function liveServerIds(db: Database): Promise<string[]> {
  const result = await db.pool.query<{ id: string }>(
    "SELECT id FROM kernel.servers WHERE heartbeat_at > now() - make_interval(secs => $1)",
    [deadAfterSeconds],
  );
  return result.rows.map((row) => row.id);
}
