/** A database's engine against the bare driver in the same run: reading the schema of 1,000 tables, and a million rows. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbeddedPostgres } from "@mindmesh/kernel/db";
import { type NetworkTarget, engineOf } from "@mindmesh/query/engines";
import pg from "pg";
import Cursor from "pg-cursor";

const tables = 1000;
const rows = 1_000_000;
const select = `SELECT n AS id, 'customer number ' || n AS name, n * 1.25 AS price, now() AS at, n % 2 = 0 AS even FROM generate_series(1, ${rows}) n`;

/** Prints the figures. */
export async function queryEngines(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mindmesh-bench-"));
  const database = await startEmbeddedPostgres({
    dataDirectory: path.join(folder, "data"),
    log: { info: () => {}, warn: console.warn },
    disposable: true,
  });
  try {
    const owner = new pg.Client({ connectionString: database.connectionString });
    await owner.connect();
    await makeTables(owner);
    await introspection(database.connectionString);
    await owner.query(`CREATE TABLE million AS ${select}`);
    await owner.query("VACUUM ANALYZE million");
    for (const round of ["first", "second"]) {
      console.log(`${round} round`);
      await bareDriver(owner);
      await engine(database.connectionString);
    }
    await owner.end();
  } finally {
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeTables(owner: pg.Client): Promise<void> {
  const columns = Array.from(
    { length: 15 },
    (_, n) => `c${n} ${["int", "text", "numeric(12,2)", "timestamptz", "uuid"][n % 5]}`,
  ).join(", ");
  for (let n = 0; n < tables; n += 1) {
    const key = n === 0 ? "" : `, before int REFERENCES t${n - 1}`;
    await owner.query(
      `CREATE TABLE t${n} (id int PRIMARY KEY, ${columns}${key}); CREATE INDEX ON t${n} (c1, c2); COMMENT ON TABLE t${n} IS 'number ${n}'`,
    );
  }
}

/** A session of the PostgreSQL engine with the database at this address. */
export async function openSession(url: string) {
  const { hostname: host, port, username, password, pathname } = new URL(url);
  const settings = {
    host,
    port: Number(port),
    database: pathname.slice(1),
    user: username,
    tls: "off" as const,
    certificateAuthority: null,
    ssh: null,
  };
  const target: NetworkTarget = { engine: "postgres", settings, secret: { password, ssh: null } };
  const way = {
    signal: new AbortController().signal,
    passed: () => {},
    async connect(to: string, at: number) {
      const socket = connect({ host: to, port: at, noDelay: true });
      await once(socket, "connect");
      return socket;
    },
  };
  return (await engineOf("postgres")).open(target, way);
}

async function introspection(url: string): Promise<void> {
  const session = await openSession(url);
  for (const round of ["cold", "warm"]) {
    const started = performance.now();
    const { tables: found } = await session.introspect({
      signal: new AbortController().signal,
      progress: () => {},
      samples: true,
    });
    const columns = found.reduce((sum, table) => sum + table.columns.length, 0);
    console.log(
      `schema of ${found.length} tables, ${columns} columns (${round})   ${(performance.now() - started).toFixed(0)} ms`,
    );
  }
  await session.close();
}

/** Rows per second and the most memory that the process had above where it began. */
async function measured(name: string, work: () => Promise<number>): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const started = performance.now();
  const count = await work();
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watching);
  const memory = ((most - before) / 1024 / 1024).toFixed(0);
  console.log(
    `${name.padEnd(32)}${Math.round(count / seconds).toLocaleString("en")} rows/s, ${seconds.toFixed(1)} s, +${memory} MB of memory`,
  );
}

async function bareDriver(owner: pg.Client): Promise<void> {
  await measured("bare pg with pg-cursor", async () => {
    await owner.query("BEGIN READ ONLY");
    const text = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;
    const cursor = owner.query(new Cursor<unknown[]>("SELECT * FROM million", [], { rowMode: "array", types: text }));
    let count = 0;
    for (let found = await cursor.read(2000); found.length > 0; found = await cursor.read(2000)) count += found.length;
    await cursor.close();
    await owner.query("ROLLBACK");
    return count;
  });
}

async function engine(url: string): Promise<void> {
  const session = await openSession(url);
  await measured("the engine with all its walls", async () => {
    let count = 0;
    const statement = { engine: "postgres", sql: "SELECT * FROM million", access: "read" } as Parameters<
      typeof session.run
    >[0]["statement"];
    const limits = { seconds: 600, rows: rows + 1, bytes: 1024 ** 3, cost: null };
    for await (const part of session.run({ statement, parameters: [], limits, signal: new AbortController().signal })) {
      if (part.type === "rows") count += part.rows.length;
    }
    return count;
  });
  await session.close();
}
