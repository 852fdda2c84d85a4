import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "@mindmesh/test-support";
import pg from "pg";
import { type ServerProcess, signUpOn, startServerProcess } from "./server-process.ts";

/** A server in a process of its own, with one person, whose database and files outlive it. */
export interface KillableServer extends AsyncDisposable {
  sql: pg.Pool;
  workspaceId: string;
  /** For clients of the person, of the process that runs now. */
  options(): { baseUrl: string; token: () => string };
  /** The process that runs now. */
  process(): ServerProcess;
  kill(signal?: NodeJS.Signals): Promise<void>;
  startAgain(): Promise<void>;
}

/** Starts one; nothing of it is left after the block that has it. */
export async function startKillableServer(environment: Record<string, string> = {}): Promise<KillableServer> {
  await using parts = new AsyncDisposableStack();
  const database = await createTestDatabase();
  parts.defer(() => database.drop());
  const sql = new pg.Pool({ connectionString: database.url, max: 1 });
  parts.defer(() => sql.end());
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-killable-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const start = () => startServerProcess({ DATABASE_URL: database.url, DATA_DIR: folder, ...environment });
  let server = await start();
  const kill = async (signal: NodeJS.Signals = "SIGKILL") => {
    server.child.kill(signal);
    await server.ended;
  };
  parts.defer(() => kill("SIGTERM"));
  const { token, workspaceId } = await signUpOn(server);
  const rest = parts.move();
  return {
    sql,
    workspaceId,
    options: () => ({ baseUrl: server.url, token: () => token }),
    process: () => server,
    kill,
    async startAgain() {
      server = await start();
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
