/** Made-up rows into PostgreSQL, against COPY of the same rows from a prepared file, in the same run. */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { startEmbeddedPostgres } from "@mindmesh/kernel/db";
import { makeMockRows, suggestPlan, writePostgres } from "@mindmesh/query/mock-data";
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { openSession } from "./query-engines.ts";

const rows = 500_000;

/** Prints rows per second of both, and their ratio. */
export async function queryMockData(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mindmesh-bench-"));
  const database = await startEmbeddedPostgres({
    dataDirectory: path.join(folder, "data"),
    log: { info: () => {}, warn: console.warn },
    disposable: true,
  });
  const client = new pg.Client({ connectionString: database.connectionString });
  try {
    await client.connect();
    await client.query(`CREATE TABLE people (
      id bigint PRIMARY KEY, email text NOT NULL UNIQUE, first_name text NOT NULL, city text,
      balance numeric(12,2) NOT NULL CHECK (balance >= 0), created_at timestamptz NOT NULL)`);
    const session = await openSession(database.connectionString);
    const { tables } = await session.introspect({
      signal: new AbortController().signal,
      progress: () => {},
      samples: false,
    });
    await session.close();
    const people = tables.filter(({ name }) => name === "people");
    const plan = suggestPlan({ tables: people }, { seed: 1, locale: "en", rows, today: "2026-11-29" });
    const made = await rate(async () => {
      await writePostgres(client, makeMockRows(plan, people), () => {});
    });
    const file = path.join(folder, "people.copy");
    await pipeline(client.query(copyTo("COPY people TO STDOUT")), createWriteStream(file));
    await client.query("TRUNCATE people");
    const copied = await rate(() => pipeline(createReadStream(file), client.query(copyFrom("COPY people FROM STDIN"))));
    console.log(
      `${rows.toLocaleString("en")} rows of six columns: made up and written ${made.toLocaleString("en")} rows/s, ` +
        `COPY of a prepared file ${copied.toLocaleString("en")} rows/s (${(copied / made).toFixed(1)} times)`,
    );
  } finally {
    await client.end();
    await database.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function rate(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return Math.round(rows / ((performance.now() - begun) / 1000));
}
