/** A result of a million rows: to the first row at the client, to the last one kept, and what memory the server needs; beside it
 * the bare driver that reads the same rows with a cursor, in the same run. */
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { usualLimits } from "@mindmesh/contracts/query/connections";
import { openSecrets } from "@mindmesh/kernel/secrets";
import pg from "pg";
import Cursor from "pg-cursor";
import { percentile, spread } from "./figures.ts";
import { startBenchServer } from "./running-server.ts";

const rowCount = 1_000_000;
const rounds = 3;
const sql = "SELECT id, customer, total, placed_at FROM sold";

interface Times {
  first: number;
  all: number;
}

/** Prints the figures. */
export async function queryResults(): Promise<void> {
  const server = await startBenchServer("native", { OUTBOUND_ALLOW_PRIVATE: "127.0.0.1", CALLS_PER_MINUTE: "100000" });
  const [person] = await server.people(1);
  if (!person) throw new Error("nobody");
  const { connectionString = "" } = server.database.options;
  const shop = new URL(connectionString);
  await server.database.query("CREATE DATABASE shop");
  shop.pathname = "/shop";
  const maker = new pg.Client({ connectionString: shop.href });
  await maker.connect();
  await maker.query("CREATE TABLE sold (id bigint, customer text, total numeric(12, 2), placed_at timestamptz)");
  await maker.query(
    `INSERT INTO sold SELECT n, 'Customer ' || n % 5000, n % 99999 + 0.25, '2026-01-01'::timestamptz + n * interval '1 s'
     FROM generate_series(1, ${rowCount}) n`,
  );
  await maker.query("ANALYZE");
  await maker.end();
  const connectionId = await connect(server, person.workspaceId, shop);

  const bare: Times[] = [];
  const through: Times[] = [];
  const read: number[] = [];
  const memories: number[][] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const own = await bareDriver(shop.href);
    const url = `${server.url}/api/workspaces/${person.workspaceId}/query`;
    const memory: number[] = [];
    const sampling = setInterval(() => void memoryOf(server.process.pid).then((now) => memory.push(now)), 50);
    const ran = await runStatement(`${url}/connections/${connectionId}/statements`, person.headers);
    clearInterval(sampling);
    const started = performance.now();
    for (const firstRow of ran.blocks) {
      const block = await fetch(`${url}/statements/${ran.statementId}/blocks/${firstRow}`, { headers: person.headers });
      if (!block.ok) throw new Error(`${block.status} ${await block.text()}`);
      await block.arrayBuffer();
    }
    // The first round fills caches and compiles.
    if (round === 0) continue;
    bare.push(own);
    through.push(ran);
    read.push(performance.now() - started);
    memories.push(memory);
  }
  const perSecond = (all: number) => Math.round(rowCount / (all / 1000)).toLocaleString("en");
  const middle = (times: number[]) => percentile(times, 0.5);
  const [bareAll, ownAll] = [middle(bare.map(({ all }) => all)), middle(through.map(({ all }) => all))];
  console.log(`bare driver, to the first row   ${spread(bare.map(({ first }) => first))}`);
  console.log(`workbench, to the first row     ${spread(through.map(({ first }) => first))}`);
  console.log(`bare driver, all rows           ${perSecond(bareAll)} rows/s`);
  console.log(
    `workbench, all rows kept        ${perSecond(ownAll)} rows/s, ${(ownAll / bareAll).toFixed(2)} times the bare driver's time`,
  );
  console.log(`all blocks read by one client   ${perSecond(middle(read))} rows/s`);
  console.log(`memory of the server            ${memories.map(growth).join("; ")}`);
  await server.close();
}

async function connect(
  server: Awaited<ReturnType<typeof startBenchServer>>,
  workspaceId: string,
  shop: URL,
): Promise<string> {
  const id = randomUUID();
  const secrets = openSecrets([server.secrets.SECRET_KEY]);
  const password = decodeURIComponent(shop.password);
  const network = {
    host: shop.hostname,
    port: Number(shop.port),
    database: "shop",
    user: decodeURIComponent(shop.username),
    tls: "off",
    certificateAuthority: null,
    ssh: null,
  };
  await server.database.query(
    `INSERT INTO query.connections (workspace_id, id, name, engine, network, secret, has_password, consents, limits, private_allowed)
     VALUES ($1, $2, 'Shop', 'postgres', $3, $4, true, $5, $6, true)`,
    [
      workspaceId,
      id,
      network,
      secrets.encrypt(JSON.stringify({ password, ssh: null }), `query.connections:${id}`),
      { names: false, statistics: false, samples: false },
      { ...usualLimits, rows: rowCount, bytes: 500 * 1024 * 1024, seconds: 300, cost: null },
    ],
  );
  return id;
}

/** The same rows with `pg` and a cursor, as text, in batches of 500. */
async function bareDriver(url: string): Promise<Times> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const started = performance.now();
  const cursor = client.query(
    new Cursor<string[]>(sql, [], { rowMode: "array", types: { getTypeParser: () => (value: unknown) => value } }),
  );
  let first = 0;
  for (let count = 0; ;) {
    const rows = await cursor.read(500);
    if (rows.length === 0) {
      if (count !== rowCount) throw new Error(`${count} rows came`);
      break;
    }
    first ||= performance.now() - started;
    count += rows.length;
  }
  const all = performance.now() - started;
  await client.end();
  return { first, all };
}

async function runStatement(
  url: string,
  headers: Record<string, string>,
): Promise<Times & { statementId: string; blocks: number[] }> {
  const started = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ sql, fresh: true }),
  });
  if (!response.ok || !response.body) throw new Error(`${response.status} ${await response.text()}`);
  let first = 0;
  let rest = "";
  const blocks: number[] = [];
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const part = JSON.parse(line) as { type: string; firstRow: number; statement: { id: string; rows: number } };
      if (part.type === "rows") first ||= performance.now() - started;
      if (part.type === "block") blocks.push(part.firstRow);
      if (part.type !== "end") continue;
      if (part.statement.rows !== rowCount) throw new Error(JSON.stringify(part.statement));
      return { first, all: performance.now() - started, statementId: part.statement.id, blocks };
    }
  }
  throw new Error("the answer ended too early");
}

/** Of megabytes that were measured while rows came: the middle ones of the first and the last quarter. Flat when they are the same. */
function growth(memory: number[]): string {
  const quarter = Math.max(1, Math.floor(memory.length / 4));
  const [first, last] = [memory.slice(0, quarter), memory.slice(-quarter)].map((part) => percentile(part, 0.5));
  return `${first} MB in the first quarter of the rows, ${last} MB in the last, ${Math.max(...memory)} MB at most`;
}

/** Resident megabytes of a process; where the system tells (Linux). */
async function memoryOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}
