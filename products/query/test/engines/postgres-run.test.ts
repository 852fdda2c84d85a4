import { createTestDatabase } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import { type RequestSettings, collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owner: pg.Client;
let session: Session;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  session = await openTestSession(targetOf("postgres", database.url));
});
afterAll(async () => {
  await session.close();
  await owner.end();
  await database.drop();
});

const run = (sql: string, settings?: RequestSettings) => collect(session, requestOf(forged("postgres", sql), settings));
const one = async (sql: string) => (await run(sql)).rows[0];

describe("a result from PostgreSQL", () => {
  it("shows every value exactly as the database writes it", async () => {
    const digits = "9".repeat(100);
    const row = await one(
      `SELECT 9223372036854775807::int8, ${digits}.${digits}::numeric, 'infinity'::float8, 'NaN'::numeric, '-infinity'::timestamptz,
        '0044-03-15 BC'::date, ARRAY[[1,2],[3,null]], '{"a": 1e400, "b":"\u00e9"}'::json, '[1,10)'::int4range,
        '(1,2),(3,4)'::box, '\\xdeadbeef'::bytea, true, false, NULL::int, '1 year 2 mons 3 days 04:05:06.789'::interval, 0.1::float4 + 0.2::float4,
        0.1::float8 + 0.2::float8, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid`,
    );
    expect(row).toEqual([
      "9223372036854775807",
      `${digits}.${digits}`,
      "Infinity",
      "NaN",
      "-infinity",
      "0044-03-15 BC",
      "{{1,2},{3,NULL}}",
      '{"a": 1e400, "b":"\u00e9"}',
      "[1,10)",
      "(3,4),(1,2)",
      "\\xdeadbeef",
      "true",
      "false",
      null,
      "1 year 2 mons 3 days 04:05:06.789",
      "0.3",
      "0.30000000000000004",
      "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
    ]);
  });

  it("names the types of its columns as the database does", async () => {
    await owner.query(
      "CREATE TYPE mood AS ENUM ('sad', 'glad'); CREATE DOMAIN positive AS numeric(9,2) CHECK (VALUE > 0)",
    );
    const fresh = await openTestSession(targetOf("postgres", database.url));
    const { columns } = await collect(
      fresh,
      requestOf(
        forged(
          "postgres",
          `SELECT 1::numeric(12,2) AS n, 1::numeric(5,-2) AS m, 'a'::varchar(20) AS v, now()::timestamp(3) AS t, ARRAY[1] AS a, 'sad'::mood AS e,
             1::positive AS d, 1::money AS c, '{}'::jsonb AS j, B'101'::bit(3) AS b, now()::time AS o`,
        ),
      ),
    );
    await fresh.close();
    expect(columns.map(({ name, type, kind }) => `${name} ${type} ${kind}`)).toEqual([
      "n numeric(12,2) decimal",
      "m numeric(5,-2) decimal",
      "v character varying(20) text",
      "t timestamp(3) without time zone timestamp",
      "a integer[] array",
      "e mood enum",
      "d numeric(9,2) decimal",
      "c money other",
      "j jsonb json",
      "b bit(3) other",
      "o time without time zone time",
    ]);
  });

  it("has its rows in order, in parts of about 64 kB, as many as there are", async () => {
    const { rows, end, parts } = await run("SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n");
    expect(rows).toHaveLength(20_000);
    expect(rows.every(([n], index) => n === String(index + 1))).toBe(true);
    expect(end).toMatchObject({ rows: 20_000, stoppedBy: null });
    expect(parts).toBeGreaterThan(20);
  });

  it("with no rows still has its columns", async () => {
    const { columns, rows } = await run("SELECT 1 AS a WHERE false");
    expect(columns.map(({ name }) => name)).toEqual(["a"]);
    expect(rows).toEqual([]);
  });

  it("stops at the limit of rows and says so, and not when there are exactly as many", async () => {
    const sql = "SELECT * FROM generate_series(1, 1000)";
    expect((await run(sql, { limits: { rows: 999 } })).end).toMatchObject({ rows: 999, stoppedBy: "rows" });
    expect((await run(sql, { limits: { rows: 1000 } })).end).toMatchObject({ rows: 1000, stoppedBy: null });
    expect((await run(sql, { limits: { rows: 1 } })).rows).toEqual([["1"]]);
  });

  it("stops at the limit of bytes and says so", async () => {
    const { end } = await run("SELECT repeat('x', 10000) FROM generate_series(1, 100000)", {
      limits: { bytes: 1_000_000 },
    });
    expect(end.stoppedBy).toBe("bytes");
    expect(end.rows).toBe(100);
  });

  it("shows the beginning of a cell of 200 MB, says how long it is, and keeps none of it", async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
    const { rows, cuts, end } = await run("SELECT 'first', repeat('x', n), 'last' FROM unnest(ARRAY[200000000, 1]) n");
    clearInterval(timer);
    expect(rows.map((row) => row.map((cell) => cell?.length))).toEqual([
      [5, 65_536, 4],
      [5, 1, 4],
    ]);
    expect(cuts).toEqual([{ row: 0, column: 1, bytes: 200_000_000 }]);
    expect(end.stoppedBy).toBe(null);
    expect(peak - before).toBeLessThan(100_000_000);
  });

  it("cuts text between characters and counts the bytes of binary values", async () => {
    const { rows, cuts } = await run("SELECT repeat('\u20ac', 30000), decode(repeat('00', 100000), 'hex')");
    expect(rows[0]?.[0]).toBe("\u20ac".repeat(21_845));
    expect(cuts).toEqual([
      { row: 0, column: 0, bytes: 90_000 },
      { row: 0, column: 1, bytes: 100_000 },
    ]);
  });

  it("takes parameters as text", async () => {
    const { rows } = await run("SELECT $1::int8 + 1, $2::text IS NULL", { parameters: ["9007199254740993", null] });
    expect(rows).toEqual([["9007199254740994", "true"]]);
  });

  it("brings notices of the database along", async () => {
    await owner.query(
      "CREATE FUNCTION tells() RETURNS int STABLE LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'look here'; RETURN 1; END $$",
    );
    expect((await run("SELECT tells()")).notices).toContain("look here");
  });
});

describe("a statement that fails", () => {
  it("tells where, in UTF-16 units, and the database's own words", async () => {
    await expect(run("SELECT '\u{1F600}', nothere FROM pg_class")).rejects.toMatchObject({
      kind: "syntax",
      code: "42703",
      place: { from: 13, to: 20 },
    });
    await expect(run("SELEC 1")).rejects.toMatchObject({ kind: "syntax" });
  });

  it("has constants too long for its plan to be looked at", async () => {
    await expect(run("SELECT repeat('x', 50000000)")).rejects.toMatchObject({ kind: "refused" });
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("with an error of 20 MB shows its beginning", async () => {
    await expect(run("SELECT repeat('x', 20000000)::int")).rejects.toThrow(/invalid input syntax for type integer/);
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("in mid-result leaves a session that goes on", async () => {
    await expect(run("SELECT 1 / (5000 - n) FROM generate_series(1, 10000) n")).rejects.toMatchObject({
      code: "22012",
    });
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("takes too long and is ended by the database", async () => {
    await expect(
      run("SELECT count(*) FROM generate_series(1, 1e9)", { limits: { seconds: 1, cost: null } }),
    ).rejects.toMatchObject({ kind: "time" });
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("is planned as too costly and never starts", async () => {
    await expect(run("SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d")).rejects.toMatchObject({
      kind: "cost",
    });
  });

  it("is ended in the database when a person cancels it", async () => {
    const cancel = new AbortController();
    const running = run("SELECT count(*) FROM generate_series(1, 1e9)", {
      signal: cancel.signal,
      limits: { cost: null },
    });
    running.catch(() => undefined);
    await expect.poll(() => atWork(), { timeout: 10_000 }).toBe(1);
    cancel.abort();
    await expect(running).rejects.toMatchObject({ kind: "cancelled" });
    await expect.poll(() => atWork()).toBe(0);
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("is ended in the database when whoever reads is stuck and the person cancels", async () => {
    const own = await openTestSession(targetOf("postgres", database.url));
    const cancel = new AbortController();
    const request = requestOf(forged("postgres", "SELECT repeat('x', 1000), n FROM generate_series(1, 10000000) n"), {
      signal: cancel.signal,
      limits: { cost: null, rows: 1_000_000, bytes: 500_000_000 },
    });
    const reading = own.run(request)[Symbol.asyncIterator]();
    await reading.next();
    cancel.abort(); // nobody reads on
    await expect.poll(() => idleInTransaction(), { timeout: 10_000 }).toBe(0);
    await expect(reading.next()).rejects.toMatchObject({ kind: "cancelled" });
    await own.close();
  });

  it("whose reader leaves early leaves no transaction open", async () => {
    for await (const part of session.run(
      requestOf(forged("postgres", "SELECT n FROM generate_series(1, 1000000) n"), { limits: { cost: null } }),
    )) {
      if (part.type === "rows") break;
    }
    await expect.poll(() => idleInTransaction()).toBe(0);
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("loses its connection when the database is restarted, and says so", async () => {
    const own = await openTestSession(targetOf("postgres", database.url));
    const running = collect(
      own,
      requestOf(forged("postgres", "SELECT count(*) FROM generate_series(1, 1e9)"), { limits: { cost: null } }),
    );
    running.catch(() => undefined);
    await expect.poll(() => atWork(), { timeout: 10_000 }).toBe(1);
    await owner.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%1e9%' AND pid <> pg_backend_pid()",
    );
    await expect(running).rejects.toMatchObject({ kind: "lost" });
    await expect(collect(own, requestOf(forged("postgres", "SELECT 1")))).rejects.toMatchObject({ kind: "lost" });
    await own.close();
  });
});

const count = async (condition: string) => {
  const { rows } = await owner.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${condition}`,
  );
  return Number(rows[0]?.count);
};
const atWork = () => count("state = 'active' AND query LIKE '%1e9%' AND query NOT LIKE 'EXPLAIN%'");
const idleInTransaction = () => count("(state LIKE 'idle in transaction%' OR state = 'active')");
