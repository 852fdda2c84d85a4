import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "@mindmesh/kernel/db";
import { signedInCookie } from "@mindmesh/contracts/session";
import { deriveKey } from "@mindmesh/kernel/secrets";
import { SignJWT } from "jose";
import pg from "pg";
import { v7 as uuidv7 } from "uuid";

const secretKey = "a key for benchmarks that is long enough for all";
const main = join(import.meta.dirname, "../../apps/server/src/main.ts");

export interface BenchPerson {
  personId: string;
  workspaceId: string;
  headers: { authorization: string };
}

/** The cookies of a browser in which the person is signed in. */
export const cookiesOf = ({ headers }: BenchPerson, url: string) => [
  { name: "mm_access", value: headers.authorization.slice("Bearer ".length), url },
  { name: signedInCookie, value: "1", url },
];

export interface BenchServer {
  url: string;
  process: ChildProcess;
  database: pg.Pool;
  /** What a command beside the server needs in its environment to read its data. */
  secrets: { DATA_DIR: string; SECRET_KEY: string };
  /** People with a session each; all in the first one's workspace when `together`. */
  people(count: number, together?: boolean): Promise<BenchPerson[]>;
  close(): Promise<void>;
}

/** Folder of the machine's own PostgreSQL programs, or null. */
export function nativePostgresFolder(): string | null {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)) : [];
  return versions[0] === undefined ? null : join(root, versions[0], "bin");
}

/**
 * The whole server in a process of its own, as a person would run it, on an empty database.
 * @param postgres `embedded` or `native`: which PostgreSQL serves it
 */
export async function startBenchServer(
  postgres: "embedded" | "native",
  environment: Record<string, string> = {},
  nodeArguments: string[] = [],
): Promise<BenchServer> {
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-bench-"));
  await chmod(folder, 0o711);
  const binaryFolder = postgres === "native" ? nativePostgresFolder() : null;
  if (postgres === "native" && binaryFolder === null) throw new Error("no PostgreSQL is installed on this machine");
  const cluster = await startEmbeddedPostgres({
    dataDirectory: folder,
    log: { info: () => undefined, warn: (message) => console.warn(message) },
    ...(binaryFolder !== null && { binaryFolder }),
  });
  const secrets = { DATA_DIR: join(folder, "data"), SECRET_KEY: secretKey };
  const server = spawn(process.execPath, [...nodeArguments, main], {
    env: {
      ...process.env,
      PORT: "0",
      LOG_LEVEL: "warn",
      DATABASE_URL: cluster.connectionString,
      ...secrets,
      ...environment,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await readyUrl(server);
  const database = new pg.Pool({ connectionString: cluster.connectionString, max: 2 });
  return {
    url,
    process: server,
    database,
    secrets,
    people: (count, together = false) => addPeople(database, count, together),
    async close() {
      await database.end();
      server.stdout?.unpipe().resume();
      server.kill("SIGTERM");
      await once(server, "exit");
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function readyUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    server.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const found = /ready on (http:\S+)/.exec(output)?.[1];
      if (found === undefined) return;
      resolve(found.replace("localhost", "127.0.0.1"));
      // From here on it writes only what it warns of: why a request of the bench failed.
      server.stdout?.removeAllListeners("data").pipe(process.stderr, { end: false });
    });
    server.once("exit", (code) => reject(new Error(`the server ended with ${code} before it was ready:\n${output}`)));
  });
}

async function addPeople(database: pg.Pool, count: number, together: boolean): Promise<BenchPerson[]> {
  const key = deriveKey(secretKey, "access-token");
  const people: BenchPerson[] = [];
  for (let n = 0; n < count; n += 1) {
    const [personId, sessionId] = [uuidv7(), uuidv7()];
    const workspaceId = together && people[0] ? people[0].workspaceId : uuidv7();
    await database.query("INSERT INTO kernel.people (id, email, name) VALUES ($1, $2, $3)", [
      personId,
      `${personId}@example.org`,
      `Person ${n}`,
    ]);
    await database.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Bench') ON CONFLICT DO NOTHING", [
      workspaceId,
    ]);
    await database.query("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'owner')", [
      workspaceId,
      personId,
    ]);
    await database.query(
      "INSERT INTO kernel.sessions (id, person_id, user_agent, ip, expires_at) VALUES ($1, $2, 'bench', '', now() + interval '1 day')",
      [sessionId, personId],
    );
    const token = await new SignJWT({ sid: sessionId })
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(personId)
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(key);
    people.push({ personId, workspaceId, headers: { authorization: `Bearer ${token}` } });
  }
  return people;
}
