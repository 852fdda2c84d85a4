import { describe, expect, it } from "vitest";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { checkStatement } from "../../src/guard/check-statement.ts";
import { guarded } from "./knowledge.ts";

const engines: EngineKind[] = ["postgres", "mysql", "mssql", "sqlite", "duckdb"];

/** By which the column `email` of customers, or the table salaries, could be reached on any engine. */
const everywhere = [
  "select email from customers",
  "select c.email from customers c",
  "select customers.email from customers",
  "select EMAIL from CUSTOMERS",
  "select * from customers",
  "select c.* from customers c",
  "select o.id, c.* from orders o join customers c on c.id = o.customer_id",
  "select * from orders o join customers c on c.id = o.customer_id",
  "select * from orders, customers",
  "select id from customers where email like 'a%'",
  "select id from customers order by email",
  "select count(*) from customers group by email",
  "select id, (select max(email) from customers) from orders",
  "select id from orders where exists (select 1 from customers where email = 'x')",
  "with c as (select * from customers) select id from c",
  "with customers as (select * from customers) select * from customers",
  "select id from (select * from customers) x",
  "select x.e from (select email as e from customers) x",
  "select id from customers union select email from customers",
  "select upper(email) from customers",
  "select case when email is null then 1 else 0 end from customers",
  "select c.id from customers c join customers d on c.email = d.email",
  "select salary from salaries",
  "select 1 from orders, salaries",
  "select (select count(*) from salaries)",
];

/** And what reaches neither. */
const harmless = [
  "select id, name from customers",
  "select c.id, c.name from customers c where c.city = 'Paris'",
  "select count(*) from customers",
  "select count(*) from customers c join orders o on o.customer_id = c.id",
  "select id, total * 2 from orders",
  "select * from orders",
  "select o.customer_id, sum(o.total) from orders o group by o.customer_id",
  "select email from suppliers",
  "with c as (select id, name from customers) select id from c",
];

describe.each(engines)("what is hidden on %s", (engine) => {
  const cased = engine === "postgres" ? everywhere.filter((sql) => !sql.includes("EMAIL")) : everywhere;

  it.each(cased)("is not reached by: %s", async (sql) => {
    const verdict = await checkStatement(sql, guarded(engine), "read");
    expect(verdict).toMatchObject({ ok: false, refusal: { reason: expect.stringMatching(/hidden/u) } });
  });

  it.each(harmless)("does not stand in the way of: %s", async (sql) => {
    expect(await checkStatement(sql, guarded(engine), "read")).toMatchObject({ ok: true });
  });
});

describe.each<[EngineKind, string[]]>([
  [
    "postgres",
    [
      "table customers",
      "select c from customers c",
      "select customers from customers",
      "select row_to_json(c) from customers c",
      "select count(c) from customers c",
      "select (c).email from customers c",
      "select (c).* from customers c",
      "select c::text from customers c",
      "select c is null from customers c",
      "select c.to_jsonb from customers c",
      "select c.touch from customers c",
      "select id from customers as c (id, name, e, city)",
      "select a, b from customers as c (a, b)",
      "select id from orders natural join customers",
      "select 1 from orders join customers using (email)",
      "select j.email from (customers c join orders o on true) as j",
      "select j from (customers c join orders o on true) as j",
      "select j.x from (customers c join orders o on true) as j (x)",
      "select x.email from orders o, lateral (select c.email from customers c) x",
      `select "email" from "shop"."customers"`,
      String.raw`select U&"e\006dail" from U&"\0063ustomers"`,
      "select shop.customers.email from shop.customers",
      "select json_agg(email) from customers",
      "select sum(1) over (partition by email) from customers",
      "select distinct on (email) id from customers",
      "select 1 from customers tablesample system (10) where email <> ''",
      "select * from only customers",
      "select null::salaries",
      "select * from pg_stats",
      "select most_common_vals from pg_catalog.pg_statistic",
      "select query from pg_stat_activity",
      "with recursive customers as (select 1 as id), c as (select email from shop.customers) select * from c",
      "explain select email from customers",
      "values ((select max(email) from customers))",
      "select id from customers where row(id, email) = row(1, 'x')",
      "select 1 from customers c where exists (select 1 from orders where c.email is null)",
      "select 1 from customers c where exists (select 1 from orders where email is null)",
    ],
  ],
  [
    "mysql",
    [
      "table customers",
      "select `email` from `customers`",
      `select "email" from customers`,
      "select id from orders natural join customers",
      "select distinct * from customers",
      "select `c`.* from customers `c`",
      "show columns from customers",
      "describe customers",
      "select id from (select * from customers) as c (a, b, c, d)",
    ],
  ],
  [
    "mssql",
    [
      "select [email] from [customers]",
      "select top 5 * from customers",
      "select top (5) * from customers",
      "select checksum(*) from customers",
      "select c.* from dbo.customers as c",
      "select x.e from customers as x (i, n, e, c)",
      "select id from customers for json auto union select email from customers",
    ],
  ],
  [
    "sqlite",
    [
      "select * from 'customers'",
      "select t.'email' from customers t",
      "select [email] from `customers`",
      `select "email" from "customers"`,
      "select id from orders natural join customers",
      "pragma table_info(customers)",
      "select * from pragma_table_info('customers')",
      "select sample from sqlite_stat4",
    ],
  ],
  [
    "duckdb",
    [
      "from customers",
      "table customers",
      "select customers from customers",
      "select c from customers c",
      "select to_json(c) from customers c",
      "select columns('em.*') from customers",
      "select columns(*) from customers",
      "select * exclude (name) from customers",
      "select * replace (1 as name) from customers",
      "select c.a from customers as c(a, b)",
      "summarize customers",
      "describe customers",
      "pivot customers on city",
      "select id from orders natural join customers",
      `select "Email" from Customers`,
      "select unnest(c) from customers as c",
    ],
  ],
])("ways of %s alone", (engine, ways) => {
  it.each(ways)("are refused: %s", async (sql) => {
    expect(await checkStatement(sql, guarded(engine), "read")).toMatchObject({ ok: false });
  });
});

describe("a refusal for hidden columns on PostgreSQL", () => {
  const check = (sql: string) => checkStatement(sql, guarded("postgres"), "read");

  it("says which column, where, and what to write in place of a star", async () => {
    expect(await check("select 'é🙂', * from customers")).toEqual({
      ok: false,
      refusal: {
        part: "*",
        reason: "The column shop.customers.email is hidden here. `*` would show it.",
        instead: "Name the columns: id, name, city.",
        place: { from: 14, to: 15 },
      },
    });
  });

  it.each([
    "with customers as (select id, name from customers) select * from customers",
    "select o.* from orders o join customers c on c.id = o.customer_id",
    "select c.name, o.* from customers c cross join lateral (select * from orders where customer_id = c.id) o",
    "select s.email from suppliers s join customers c on c.city = s.city",
    "select c.ctid, c.tableoid from customers c",
    "select x.* from (select id, name from customers) x",
    "select id from other.customers where email = 'x'",
    "select count(*) filter (where city = 'Paris') from customers",
    "select id as number from customers order by number",
  ])("does not come for: %s", async (sql) => {
    expect(await check(sql)).toMatchObject({ ok: true });
  });

  it("comes for every query on a table whose other columns nobody has read yet", async () => {
    const knowledge = { ...guarded("postgres"), tables: [] };
    expect(await checkStatement("select id from customers", knowledge, "read")).toMatchObject({
      ok: false,
      refusal: { part: "customers", instead: "Read the schema of this connection again, then run it." },
    });
  });
});

it.each(engines)("a view that would show what is hidden is refused on %s as such", async (engine) => {
  const knowledge = guarded(engine);
  const { schema } = knowledge.tables[0] ?? { schema: "" };
  const hidden = [...knowledge.hidden, { schema, table: "pay_by_name", column: null, isView: true as const }];
  const verdict = await checkStatement("select * from pay_by_name", { ...knowledge, hidden }, "read");
  expect(verdict).toMatchObject({
    ok: false,
    refusal: { reason: `${schema}.pay_by_name would show what is hidden here.` },
  });
});
