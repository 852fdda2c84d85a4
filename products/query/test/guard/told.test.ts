import { describe, expect, it } from "vitest";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { checkStatement } from "../../src/guard/check-statement.ts";
import type { CheckedStatement } from "../../src/guard/guard.ts";
import { open } from "./knowledge.ts";

async function refusalOf(sql: string, engine: EngineKind = "postgres") {
  const verdict = await checkStatement(sql, open(engine), "read");
  if (verdict.ok) throw new Error(`let through: ${sql}`);
  return verdict.refusal;
}

async function passed(sql: string, engine: EngineKind = "postgres"): Promise<CheckedStatement> {
  const verdict = await checkStatement(sql, open(engine), "read");
  if (!verdict.ok) throw new Error(`${verdict.refusal.part}: ${verdict.refusal.reason}`);
  return verdict.statement;
}

describe("a refusal", () => {
  it.each([
    ["select pg_sleep(1)", "pg_sleep"],
    [`select 'ü🙂', pg_catalog . "pg_sleep"(1)`, `pg_catalog . "pg_sleep"`],
    ["select '漢字' from pg_authid", "pg_authid"],
    ["select 1;\ndrop table x", "drop table x"],
    ["select * from t for update", "for"],
    ["select 'for', \"for\" from t for share", "for"],
    ["with x as (delete from t returning 1) select 1", "delete"],
  ])("points at its part of the text: %s", async (sql, part) => {
    const refusal = await refusalOf(sql);
    expect(refusal.part).toBe(part);
    expect(sql.slice(refusal.place?.from, refusal.place?.to)).toBe(part);
  });

  it.each<[EngineKind, string, string]>([
    ["mysql", "select '🙂', sleep(1)", "sleep"],
    ["mysql", "select 1 /*! + 1 */", "/*! + 1 */"],
    ["mssql", "select '🙂' drop table x", "drop"],
    ["sqlite", "select '🙂', [load_extension]('x')", "[load_extension]"],
    ["duckdb", "select '🙂' from 'a.csv'", "'a.csv'"],
  ])("points at its part of the text on %s: %s", async (engine, sql, part) => {
    const refusal = await refusalOf(sql, engine);
    expect(refusal.part).toBe(part);
    expect(sql.slice(refusal.place?.from, refusal.place?.to)).toBe(part);
  });

  it.each([
    ["select 1 fro m", "m"],
    ["select '🙂', from", "from"],
    ["select 'ä' where )", ")"],
    ["selec 1", "selec"],
  ])("of a mistake shows its place: %s", async (sql, part) => {
    const refusal = await refusalOf(sql);
    expect(refusal.reason).toMatch(/^PostgreSQL cannot read this: syntax error/u);
    expect(sql.slice(refusal.place?.from, refusal.place?.to)).toBe(part);
  });

  it.each(["", "   ", "-- nothing", "/* */ ;"])("says that there is nothing to run: %j", async (sql) => {
    for (const engine of ["postgres", "mysql", "mssql", "sqlite", "duckdb"] as const) {
      expect((await refusalOf(sql, engine)).reason).toBe("There is no statement here.");
    }
  });

  it("comes for half of a character, which a database would read as another one", async () => {
    expect(await refusalOf("select '\ud83d'")).toMatchObject({ place: { from: 8, to: 9 } });
  });
});

describe("a long statement", () => {
  it("is checked by the same rules", async () => {
    const list = Array.from({ length: 20_000 }, (_, index) => index).join(",");
    expect(await passed(`select id from orders where id in (${list})`)).toMatchObject({
      tables: [{ schema: "shop", name: "orders", written: false }],
    });
    expect((await refusalOf(`select pg_sleep(1), id from orders where id in (${list})`)).part).toBe("pg_sleep");
    expect((await refusalOf(`select sleep(1), id from orders where id in (${list})`, "mysql")).part).toBe("sleep");
  });

  it("does not hold up short ones", async () => {
    const order: string[] = [];
    const long = passed(`select ${"1, ".repeat(100_000)} 1`).then(() => order.push("long"));
    const short = passed("select 1").then(() => order.push("short"));
    await Promise.all([long, short]);
    expect(order).toEqual(["short", "long"]);
  });

  it("that is nested without end is refused, and the next one is checked as ever", async () => {
    expect((await refusalOf(`select 1${" + 1".repeat(200_000)}`)).reason).toMatch(/nested too deeply/u);
    expect(await passed(`select 2 -- ${"x".repeat(9000)}`)).toMatchObject({ kind: "query" });
    expect(await passed("select 3")).toMatchObject({ kind: "query" });
  });

  it("of more than a million characters is refused at once", async () => {
    expect((await refusalOf(`select '${"x".repeat(1_000_000)}'`)).reason).toMatch(/1,000,009 characters/u);
  });
});

describe("what is told of a statement", () => {
  it("are its tables, functions, types and operators", async () => {
    const { tables, functions, types, operators, maybeCalls } = await passed(
      "with recent as (select * from orders where total > 1) select c.name, r.shown, (r).row_field, app.tax(r.total), lower(c.name)::app.label, 1 operator(app.+) 2 from recent r join public.people c on true",
    );
    expect(tables).toEqual([
      { schema: "shop", name: "orders", written: false },
      { schema: "public", name: "people", written: false },
    ]);
    expect(functions).toEqual([
      { schema: "app", name: "tax" },
      { schema: null, name: "lower" },
    ]);
    expect(types).toEqual([{ schema: "app", name: "label" }]);
    expect(operators).toEqual([
      { schema: null, name: ">" },
      { schema: "app", name: "+" },
    ]);
    expect(maybeCalls).toEqual(["name", "shown", "row_field", "total"]);
  });

  it("are no calls where the catalogue knows the column", async () => {
    expect((await passed("select o.total, orders.id from orders o, shop.orders")).maybeCalls).toEqual([]);
  });

  it.each([
    ["select 1 -- end", "query", "select 1 -- end"],
    ["explain select 1", "explain", "select 1"],
    ["explain (analyze, format json) (select 1)", "explain", "(select 1)"],
    ["explain (select 1)", "explain", "(select 1)"],
    ["/* a */ explain /* b */ analyze verbose with x as (select 1) table x", "explain", "with x as (select 1) table x"],
    ["show work_mem", "show", null],
  ])("is its kind and what can be planned: %s", async (sql, kind, plannable) => {
    expect(await passed(sql)).toMatchObject({ kind, plannable });
  });

  it.each<[EngineKind, string, string[]]>([
    [
      "mysql",
      "select * from a, b.c join `d e` on extract(year from now()) = 1 where x in (select y from f)",
      [".a", "b.c", ".d e", ".f"],
    ],
    ["mysql", "with a as (select 1) select * from a union select 1 from (select 2 from g) h", [".g"]],
    [
      "mssql",
      "select * from [x].[dbo].[a] as a cross apply f(a.id) cross apply (select 1 from b) c, d",
      ["dbo.a", ".b", ".d"],
    ],
    [
      "sqlite",
      "select * from a natural join b left join (c join d) using (id) where trim('a') is distinct from 'x'",
      [".a", ".b", ".c", ".d"],
    ],
    ["duckdb", "from a, range(5) select trim(both 'x' from 'y'), (from b select count(*))", [".a", ".b"]],
    ["duckdb", "explain analyze select * from orders", ["main.orders"]],
    ["mysql", "describe customers", ["shop.customers"]],
  ])("are its tables on %s: %s", async (engine, sql, expected) => {
    const { tables } = await passed(sql, engine);
    expect(tables.map(({ schema, name }) => `${schema ?? ""}.${name}`)).toEqual(expected);
  });
});
