import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@mindmesh/client";
import { type LiveClient, type LiveOptions, openLive } from "@mindmesh/client/live";
import { chatRoutes } from "@mindmesh/contracts/chat";
import { type Me, identityRoutes, me } from "@mindmesh/contracts/identity";
import { runRoutes } from "@mindmesh/contracts/runs";
import { toolRoutes } from "@mindmesh/contracts/tools";
import { readConfig } from "@mindmesh/kernel/config";
import { type ErrorReports, createLogger } from "@mindmesh/kernel/observe";
import { type RunningServer, startServer } from "@mindmesh/server";
import pg from "pg";
import { createTestDatabase } from "./test-database.ts";

export interface TestPerson {
  me: Me;
  personId: string;
  /** Of the workspace that came with the account. */
  workspaceId: string;
  accessToken: string;
  /** The `Cookie` header of a browser that is signed in. */
  cookie: string;
  identity: Client<typeof identityRoutes>;
  chat: Client<typeof chatRoutes>;
  tools: Client<typeof toolRoutes>;
  code: Client<typeof runRoutes>;
  /** Any route by hand, as this person. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Opens the live connection and follows the workspace; closed with the server. */
  live(options?: Partial<LiveOptions>): LiveClient;
}

export interface TestServer {
  running: RunningServer;
  url: string;
  databaseUrl: string;
  /** Makes an account with a workspace of its own; the first one owns the server. */
  signUp(name?: string): Promise<TestPerson>;
  /** The same person on a device that talks to this server. */
  as(person: TestPerson): TestPerson;
  /** Rows of a query as the owner of the database, past row-level security. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Rows of a statement under the application's role; null leaves the workspace unsaid. */
  asWorkspace(workspaceId: string | null, personId: string | null, statement: string): Promise<pg.QueryResultRow[]>;
  close(): Promise<void>;
}

type TestSandbox = NonNullable<Parameters<typeof startServer>[3]["sandbox"]>;

const reason = "Tests that run code bring a sandbox.";
const noSandbox: TestSandbox = {
  open: () => Promise.reject(new Error(reason)),
  describe: () => ({ driver: null, reason, guards: [], gaps: [], languages: [], running: 0, waiting: 0 }),
  close: () => Promise.resolve(),
};

export interface TestServerOptions {
  environment?: Record<string, string>;
  /** A database that another test server uses already; a fresh one otherwise. */
  databaseUrl?: string;
  dataDirectory?: string;
  reports?: ErrorReports;
  /** The server knows its own address before it listens, where answers must name it. */
  addressed?: boolean;
  /** What runs code; nothing does unless given. */
  sandbox?: TestSandbox;
  /** How long models may take, instead of the usual. */
  modelLimits?: NonNullable<Parameters<typeof startServer>[3]["modelLimits"]>;
  /** False when another server will join on the same database; true unless told, or when a database is given. */
  alone?: boolean;
}

/** A whole server on a database of its own and a free port, with sign-up open. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const database = options.databaseUrl === undefined ? await createTestDatabase() : null;
  const databaseUrl = options.databaseUrl ?? database?.url ?? "";
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), "mindmesh-server-")));
  const port = options.addressed ? await freePort() : 0;
  const config = readConfig({
    PORT: String(port),
    ...(options.addressed && { PUBLIC_URL: `http://127.0.0.1:${port}` }),
    LOG_LEVEL: process.env["TEST_LOG"] ?? "silent",
    DATA_DIR: dataDirectory,
    SECRET_KEY: "a key for tests that is long enough for everybody",
    ...options.environment,
  });
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  pool.on("error", () => undefined); // a test that takes the database away means the server's connections
  const running = await startServer(config, createLogger(config.LOG_LEVEL), databaseUrl, {
    alone: database !== null,
    sandbox: options.sandbox ?? noSandbox,
    ...(options.reports && { reports: options.reports }),
    ...(options.modelLimits && { modelLimits: options.modelLimits }),
  });
  await pool.query("UPDATE kernel.instance SET sign_up_open = true");
  const lives: LiveClient[] = [];
  let count = 0;

  return {
    running,
    url: running.url,
    databaseUrl,
    async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) {
      return (await pool.query<Row>(text, values)).rows;
    },
    as: (person) => personOf(running.url, person.me, person.cookie.split("; "), lives),
    async asWorkspace(workspaceId, personId, statement) {
      const client = await pool.connect();
      try {
        await client.query("BEGIN; SET LOCAL ROLE mindmesh_app");
        if (workspaceId !== null) {
          await client.query("SELECT set_config('app.workspace_id', $1, true), set_config('app.user_id', $2, true)", [
            workspaceId,
            personId ?? "",
          ]);
        }
        return (await client.query<pg.QueryResultRow>(statement)).rows;
      } finally {
        await client.query("ROLLBACK");
        client.release();
      }
    },
    async signUp(name = `Person ${(count += 1)}`) {
      const response = await fetch(`${running.url}/api/auth/sign-up`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: `p${Date.now()}.${Math.random()}@example.org`, password: "correct horse", name }),
      });
      if (response.status !== 201) throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
      return personOf(running.url, me.parse(await response.json()), response.headers.getSetCookie(), lives);
    },
    async close() {
      for (const live of lives) live.close();
      await running.close();
      await pool.end();
      await database?.drop();
      if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

function personOf(baseUrl: string, person: Me, setCookies: string[], lives: LiveClient[]): TestPerson {
  const cookie = setCookies.map((each) => each.split(";")[0]).join("; ");
  const accessToken = /mm_access=([^;]+)/.exec(cookie)?.[1] ?? "";
  const clientOptions = { baseUrl, token: () => accessToken };
  const workspaceId = person.workspaces[0]?.id ?? "";
  return {
    me: person,
    personId: person.person.id,
    workspaceId,
    accessToken,
    cookie,
    identity: createClient(identityRoutes, clientOptions),
    chat: createClient(chatRoutes, clientOptions),
    tools: createClient(toolRoutes, clientOptions),
    code: createClient(runRoutes, clientOptions),
    fetch: (path, init = {}) =>
      fetch(`${baseUrl}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${accessToken}`, ...(init.headers as Record<string, string> | undefined) },
      }),
    live(options = {}) {
      const live = openLive({
        baseUrl,
        headers: { authorization: `Bearer ${accessToken}` },
        onEvent: () => undefined,
        onResync: () => undefined,
        ...options,
      });
      lives.push(live);
      live.follow(workspaceId, person.workspaces[0]?.eventSeq ?? 0);
      return live;
    },
  };
}
