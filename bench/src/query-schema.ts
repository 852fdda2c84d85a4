/** A schema of 1,000 tables: how long reading and storing it takes, and how fast it is there for the page. */
import pg from "pg";
import { percentile } from "./figures.ts";
import { startBenchServer } from "./running-server.ts";

const tables = Number(process.env["BENCH_TABLES"] ?? 1000);

async function makeDatabase(own: pg.Pool): Promise<URL> {
  await own.query("CREATE DATABASE shop");
  const url = new URL(own.options.connectionString ?? "");
  url.pathname = "/shop";
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(`
    DO $$ BEGIN FOR n IN 1..${tables} LOOP
      EXECUTE format('CREATE TABLE thing_%s (id int PRIMARY KEY, parent_thing_id int, name text NOT NULL, state text,
        price numeric(12, 2) CHECK (price >= 0), amount int, made_at timestamptz DEFAULT now(), changed_at timestamptz, note text,
        colour text, width float8, height float8, tags text[], extra jsonb, owner_id int)', n);
      EXECUTE format('CREATE INDEX ON thing_%s (made_at)', n);
      EXECUTE format('COMMENT ON TABLE thing_%s IS ''Things of kind %s''', n, n);
      EXECUTE format('INSERT INTO thing_%s (id, name) SELECT i, i::text FROM generate_series(1, 20) i', n);
    END LOOP; END $$`);
  await client.query("ANALYZE");
  await client.end();
  return url;
}

/** What the bare driver needs for the columns alone. */
async function bareSeconds(url: URL): Promise<number> {
  const client = new pg.Client({ connectionString: url.href });
  const begun = performance.now();
  await client.connect();
  await client.query(`
    SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attnum > 0 AND NOT a.attisdropped AND n.nspname = 'public' ORDER BY 1, 2, a.attnum`);
  await client.end();
  return (performance.now() - begun) / 1000;
}

/** Prints the figures. */
export async function querySchema(): Promise<void> {
  const server = await startBenchServer("embedded", { OUTBOUND_ALLOW_PRIVATE: "127.0.0.1" });
  const url = await makeDatabase(server.database);
  const [person] = await server.people(1);
  const base = `${server.url}/api/workspaces/${person?.workspaceId}/query/connections`;
  const headers = { ...person?.headers, "content-type": "application/json" };
  const begun = performance.now();
  const made = await fetch(base, {
    method: "POST",
    headers,
    body: JSON.stringify({
      name: "Shop",
      engine: "postgres",
      network: {
        host: "127.0.0.1",
        port: Number(url.port),
        database: "shop",
        user: decodeURIComponent(url.username),
        tls: "off",
      },
      secret: { password: decodeURIComponent(url.password) },
    }),
  });
  if (!made.ok) throw new Error(await made.text());
  const { id } = (await made.json()) as { id: string };
  const ended = async () => {
    const { rows } = await server.database.query<{ state: string; error: string | null }>(
      "SELECT state, error FROM query.readings WHERE connection_id = $1 ORDER BY id DESC LIMIT 1",
      [id],
    );
    return rows[0] && !["waiting", "running"].includes(rows[0].state) ? rows[0] : null;
  };
  let end = await ended();
  for (; end === null; end = await ended()) await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = (performance.now() - begun) / 1000;
  const bare = await bareSeconds(url);
  console.log(
    `${tables} tables of 15 columns: read, compared and stored ${seconds.toFixed(2)} s after "Connect" (${end.state}${end.error ?? ""}); ` +
      `the bare driver reads their columns alone in ${bare.toFixed(2)} s`,
  );
  const timed = async (path: string) => {
    const from = performance.now();
    const answer = await fetch(`${base}/${id}/${path}`, { headers });
    const bytes = (await answer.arrayBuffer()).byteLength;
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return { milliseconds: performance.now() - from, bytes };
  };
  const first = await timed("schema");
  const later: number[] = [];
  for (let n = 0; n < 20; n += 1) later.push((await timed("schema")).milliseconds);
  const searches: number[] = [];
  for (let n = 0; n < 50; n += 1) searches.push((await timed(`schema/search?q=thing_${n}`)).milliseconds);
  console.log(
    `outline: ${(first.bytes / 1e6).toFixed(1)} MB, ${first.milliseconds.toFixed(0)} ms at first, then p50 ${percentile(later, 0.5).toFixed(0)} ms; ` +
      `search p50 ${percentile(searches, 0.5).toFixed(1)} ms, p95 ${percentile(searches, 0.95).toFixed(1)} ms`,
  );
  await server.close();
}
