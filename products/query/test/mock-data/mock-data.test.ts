import { DatabaseSync } from "node:sqlite";
import type { MockPlan } from "@mindmesh/contracts/query/mock-data";
import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import { describe, expect, it } from "vitest";
import { introspectSqlite } from "../../src/engines/sqlite/introspect.ts";
import { findProblems } from "../../src/mock-data/find-problems.ts";
import type { MockValue } from "../../src/mock-data/made-table.ts";
import { makeMockRows } from "../../src/mock-data/mock-rows.ts";
import { suggestPlan } from "../../src/mock-data/suggest-plan.ts";
import { sqlScript } from "../../src/mock-data/write-script.ts";
import { writeSqlite } from "../../src/mock-data/write-sqlite.ts";

/** A database of the given tables, filled by the plan that is suggested for them; SQLite itself judges every row. */
async function filled(schema: string, rows: number, change: (plan: MockPlan) => MockPlan = (plan) => plan) {
  const database = new DatabaseSync(":memory:", { readBigInts: true, returnArrays: true });
  database.exec(schema);
  const { tables } = introspectSqlite(database, "", false, () => undefined);
  const plan = change(planOf(tables, rows));
  expect(findProblems(plan, tables)).toEqual([]);
  database.exec("BEGIN; PRAGMA defer_foreign_keys = ON");
  await writeSqlite(database, makeMockRows(plan, tables), () => undefined);
  database.exec("COMMIT");
  const ask = (sql: string) => database.prepare(sql).all() as unknown as (bigint | number | string | null)[][];
  return { ask, tables, plan };
}

const planOf = (tables: CatalogTable[], rows: number, seed = 7) =>
  suggestPlan({ tables }, { seed, locale: "en", rows, today: "2026-11-28" });

async function allRows(plan: MockPlan, tables: CatalogTable[]): Promise<MockValue[][]> {
  const rows: MockValue[][] = [];
  for await (const part of makeMockRows(plan, tables)) if (part.type === "rows") rows.push(...part.rows);
  return rows;
}

const shop = `
  CREATE TABLE people (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT NOT NULL, last_name TEXT NOT NULL,
    born_on DATE CHECK (born_on < '2010-01-01'), boss_id INTEGER REFERENCES people (id),
    state TEXT NOT NULL CHECK (state IN ('new', 'active', 'gone')), score INTEGER CHECK (score BETWEEN 1 AND 5));
  CREATE TABLE trips (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE CHECK (length(code) = 6),
    traveller_id INTEGER NOT NULL REFERENCES people (id), guide_id INTEGER REFERENCES people (id),
    starts_on DATE NOT NULL, ends_on DATE NOT NULL, price NUMERIC(8, 2) NOT NULL, cost NUMERIC(8, 2) NOT NULL,
    CHECK (ends_on >= starts_on), CONSTRAINT profit CHECK (price > cost AND cost > 0));
  CREATE TABLE ratings (trip_id INTEGER NOT NULL REFERENCES trips (id), person_id INTEGER NOT NULL REFERENCES people (id),
    stars INTEGER NOT NULL CHECK (stars >= 1 AND stars <= 5), PRIMARY KEY (trip_id, person_id));`;

describe("rows keep what their tables ask for", () => {
  it("types, keys, references, enumerations and checks hold for every row", async () => {
    const { ask } = await filled(shop, 400);
    expect(ask("SELECT count(*), count(DISTINCT email) FROM people")).toEqual([[400n, 400n]]);
    expect(ask("PRAGMA foreign_key_check")).toEqual([]);
    expect(ask("SELECT DISTINCT state FROM people ORDER BY 1")).toEqual([["active"], ["gone"], ["new"]]);
    expect(ask("SELECT count(*) FROM trips WHERE price <= cost OR ends_on < starts_on")).toEqual([[0n]]);
    expect(ask("SELECT count(*) FROM people WHERE boss_id >= id")).toEqual([[0n]]);
    expect(ask("SELECT count(DISTINCT trip_id || '/' || person_id) FROM ratings")).toEqual([[400n]]);
  });

  it("two keys between the same tables are two", async () => {
    const { plan, ask } = await filled(shop, 100);
    expect(plan.tables.find(({ name }) => name === "trips")?.references).toHaveLength(2);
    expect(ask("SELECT count(*) > 50 FROM trips WHERE guide_id IS NOT NULL AND guide_id <> traveller_id")).toEqual([
      [1n],
    ]);
  });

  it("every combination of a key over two references is found when all are asked for", async () => {
    const { ask } = await filled(
      `CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY);
       CREATE TABLE ab (a_id INTEGER NOT NULL REFERENCES a (id), b_id INTEGER NOT NULL REFERENCES b (id), PRIMARY KEY (a_id, b_id))`,
      20,
      (plan) => ({
        ...plan,
        tables: plan.tables.map((table) => (table.name === "ab" ? { ...table, rows: 400 } : table)),
      }),
    );
    expect(ask("SELECT count(*) FROM ab")).toEqual([[400n]]);
  });

  it("tables that refer to each other in a ring are filled, the ring closed at the end", async () => {
    const { ask } = await filled(
      `CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL, captain_id INTEGER REFERENCES players (id));
       CREATE TABLE players (id INTEGER PRIMARY KEY, team_id INTEGER NOT NULL REFERENCES teams (id))`,
      50,
    );
    expect(ask("PRAGMA foreign_key_check")).toEqual([]);
    expect(ask("SELECT count(*) > 20 FROM teams WHERE captain_id IS NOT NULL")).toEqual([[1n]]);
  });
});

describe("the same seed makes the same rows", () => {
  it("in every run; another seed makes others", async () => {
    const { tables } = await filled(shop, 10);
    const once = await allRows(planOf(tables, 120), tables);
    expect(await allRows(planOf(tables, 120), tables)).toEqual(once);
    expect(await allRows(planOf(tables, 120, 8), tables)).not.toEqual(once);
  });

  it("a change to one column leaves the others as they were", async () => {
    const { tables, plan } = await filled(shop, 50);
    const changed = {
      ...plan,
      tables: plan.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) =>
          column.name === "score" ? { ...column, generator: { kind: "null" as const } } : column,
        ),
      })),
    };
    const without = (rows: MockValue[][]) => rows.slice(0, 50).map((row) => row.slice(0, 7));
    expect(without(await allRows(changed, tables))).toEqual(without(await allRows(plan, tables)));
  });
});

describe("what cannot be made is refused by name", () => {
  const problemsOf = (schema: string, rows: number, change: (plan: MockPlan) => MockPlan = (plan) => plan) => {
    const database = new DatabaseSync(":memory:", { readBigInts: true, returnArrays: true });
    database.exec(schema);
    const { tables } = introspectSqlite(database, "", false, () => undefined);
    return findProblems(change(planOf(tables, rows)), tables);
  };

  it("a check with a function that is not known here", () => {
    const [problem] = problemsOf("CREATE TABLE t (a TEXT, CONSTRAINT odd CHECK (unicode(a) > 70))", 10);
    expect(problem).toMatchObject({ part: "odd", reason: expect.stringContaining("unicode") });
  });

  it("more rows than a unique list has values", () => {
    const [problem] = problemsOf("CREATE TABLE t (a TEXT UNIQUE CHECK (a IN ('x', 'y')))", 10);
    expect(problem).toMatchObject({ part: "a", reason: expect.stringContaining("only 2 for 10 rows") });
  });

  it("a reference to a table that is left out, and a ring without a way in", () => {
    const onlyTrips = (plan: MockPlan) => ({ ...plan, tables: plan.tables.filter(({ name }) => name === "trips") });
    expect(problemsOf(shop, 10, onlyTrips)[0]?.reason).toContain("people, which is not in the plan");
    const ring = `CREATE TABLE a (id INTEGER PRIMARY KEY, b_id INTEGER NOT NULL REFERENCES b (id));
      CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a (id))`;
    expect(problemsOf(ring, 10)[0]?.reason).toMatch(/in a ring.*: a \(b_id\), b \(a_id\)/);
  });

  it("a check that no row can keep, once it is tried", async () => {
    const database = new DatabaseSync(":memory:", { readBigInts: true, returnArrays: true });
    database.exec(
      "CREATE TABLE t (a INTEGER NOT NULL, b INTEGER NOT NULL, CONSTRAINT never CHECK (a + b < a AND b > 0))",
    );
    const { tables } = introspectSqlite(database, "", false, () => undefined);
    await expect(allRows(planOf(tables, 5), tables)).rejects.toThrow(/t, never: no row that keeps it/);
  });
});

it("a script makes the same database as writing does", async () => {
  const { tables, plan, ask } = await filled(shop, 60);
  const other = new DatabaseSync(":memory:", { readBigInts: true, returnArrays: true });
  other.exec(shop);
  let script = "";
  for await (const piece of sqlScript("sqlite", makeMockRows(plan, tables))) script += piece;
  other.exec(script);
  for (const table of ["people", "trips", "ratings"]) {
    expect(other.prepare(`SELECT * FROM ${table}`).all()).toEqual(ask(`SELECT * FROM ${table}`));
  }
});
