import { describe, expect, it } from "vitest";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { checkStatement } from "../../src/guard/check-statement.ts";
import { guarded, open } from "./knowledge.ts";

const allowed: [EngineKind, string, { name: string; written: boolean }[]][] = [
  ["postgres", "insert into orders (id, total) values (1, default)", [{ name: "orders", written: true }]],
  ["postgres", "insert into orders (id) values (nextval('numbers')) returning *", [{ name: "orders", written: true }]],
  [
    "postgres",
    "insert into orders select * from orders o where o.id > 5 on conflict (id) do update set total = excluded.total",
    [{ name: "orders", written: true }],
  ],
  [
    "postgres",
    "with old as (select id from customers) update orders o set total = 0 from old where old.id = o.customer_id",
    [
      { name: "customers", written: false },
      { name: "orders", written: true },
    ],
  ],
  [
    "postgres",
    "update orders set (total, customer_id) = (select 1, 2) where id = 1",
    [{ name: "orders", written: true }],
  ],
  ["postgres", "delete from only orders where true", [{ name: "orders", written: true }]],
  [
    "postgres",
    "merge into orders o using customers c on c.id = o.customer_id when matched and o.total < 0 then delete when not matched then insert (id) values (c.id) when matched then update set total = 1",
    [
      { name: "orders", written: true },
      { name: "customers", written: false },
    ],
  ],
  [
    "mysql",
    "insert into orders (id) values (1) on duplicate key update total = 2",
    [{ name: "orders", written: true }],
  ],
  ["mysql", "insert ignore into orders set id = 1", [{ name: "orders", written: true }]],
  ["mysql", "replace into orders (id) values (1)", [{ name: "orders", written: true }]],
  ["mysql", "update orders set total = replace('1', '1', '2') where id = 1", [{ name: "orders", written: true }]],
  ["mysql", "delete from orders where id = 1 limit 1", [{ name: "orders", written: true }]],
  ["mssql", "update dbo.orders set total = 0 output inserted.id where id = 1", [{ name: "orders", written: true }]],
  [
    "mssql",
    "insert into orders (id) select id from customers",
    [
      { name: "orders", written: true },
      { name: "customers", written: false },
    ],
  ],
  [
    "mssql",
    "merge into orders as o using customers as c on c.id = o.id when matched then delete when not matched then insert (id) values (c.id);",
    [
      { name: "orders", written: true },
      { name: "customers", written: false },
    ],
  ],
  ["sqlite", "insert or replace into orders (id) values (1) returning id", [{ name: "orders", written: true }]],
  [
    "sqlite",
    "insert into orders (id) values (1) on conflict (id) do update set total = excluded.total",
    [{ name: "orders", written: true }],
  ],
  [
    "sqlite",
    "with x as (select 1 as id) delete from orders where id in (select id from x)",
    [{ name: "orders", written: true }],
  ],
  ["duckdb", "insert into orders by name select 1 as id", [{ name: "orders", written: true }]],
  [
    "duckdb",
    "update orders set total = total + 1 from customers c where c.id = customer_id",
    [
      { name: "orders", written: true },
      { name: "customers", written: false },
    ],
  ],
];

const refused: [EngineKind, string, RegExp][] = [
  ["postgres", "delete from orders", /no WHERE/u],
  ["postgres", "update orders set total = 0", /no WHERE/u],
  ["postgres", "select 1", /Only one INSERT/u],
  ["postgres", "explain select 1", /Only one INSERT/u],
  ["postgres", "drop table orders", /changes the database itself/u],
  ["postgres", "create index on orders (id)", /changes the database itself/u],
  ["postgres", "truncate orders", /empties whole tables/u],
  ["postgres", "copy orders from stdin", /files/u],
  ["postgres", "set role postgres", /setting/u],
  ["postgres", "commit", /transaction/u],
  ["postgres", "delete from orders where id = 1; delete from orders where id = 2", /Only one statement/u],
  [
    "postgres",
    "with gone as (delete from customers returning id) delete from orders where id in (select id from gone)",
    /not run together/u,
  ],
  [
    "postgres",
    "with a as (with b as (delete from customers returning id) select * from b) delete from orders where true",
    /not run together/u,
  ],
  ["postgres", "update orders set total = length(pg_read_file('/etc/passwd')) where id = 1", /pg_read_file/u],
  ["postgres", "insert into orders (id) select pg_sleep(10)::text::int", /pg_sleep/u],
  ["postgres", "insert into orders (id) values (setval('numbers', 1))", /setval/u],
  ["postgres", "delete from orders where current of c", /cursor/u],
  ["postgres", "delete from pg_authid where true", /secrets/u],
  ["postgres", "update orders set total = 1 where id in (select id from customers for update)", /lock/u],
  ["mysql", "delete from orders", /no WHERE/u],
  ["mysql", "update orders set total = (select 1 from customers where id = 1)", /no WHERE/u],
  ["mysql", "insert into orders select * from customers into outfile '/tmp/x'", /INTO/u],
  ["mysql", "insert into orders values (sleep(10))", /sleep/u],
  ["mysql", "insert into orders values (load_file('/etc/passwd'))", /load_file/u],
  ["mysql", "delete from mysql.user where 1", /secrets/u],
  ["mysql", "drop table orders", /changes the database itself/u],
  ["mysql", "select 1", /Only one INSERT/u],
  ["mssql", "delete from orders where id = 1 delete from customers where id = 1", /Only one change/u],
  ["mssql", "insert into orders exec sp_who", /code/u],
  ["mssql", "update orders set total = 1 output inserted.id into other where id = 1", /INTO/u],
  ["mssql", "update orders set total = 1 where id = 1 drop table customers", /changes the database itself/u],
  ["mssql", "insert into orders (id) values (1) select 1 select 2", /second statement/u],
  ["sqlite", "delete from orders", /no WHERE/u],
  ["sqlite", "vacuum into '/tmp/x'", /another file/u],
  ["sqlite", "attach 'x' as y", /another database/u],
  ["duckdb", "copy orders to 'x.csv'", /files/u],
  ["duckdb", "insert into orders select * from read_csv('/etc/passwd')", /read_csv/u],
  ["duckdb", "insert into orders select * from '/etc/passwd'", /reads a file/u],
];

describe("a statement that changes rows", () => {
  it.each(allowed)("may run on %s, and what it writes is told: %s", async (engine, sql, tables) => {
    expect(await checkStatement(sql, open(engine), "write")).toMatchObject({
      ok: true,
      statement: { sql, access: "write", kind: "change", tables },
    });
  });

  it.each(allowed)("never runs where a connection is for reading only, on %s: %s", async (engine, sql) => {
    expect(await checkStatement(sql, open(engine), "read")).toMatchObject({ ok: false });
  });

  it.each(refused)("is refused on %s with a reason: %s", async (engine, sql, reason) => {
    expect(await checkStatement(sql, open(engine), "write")).toMatchObject({
      ok: false,
      refusal: { reason: expect.stringMatching(reason) },
    });
  });

  it("says how to change every row, if that is meant", async () => {
    expect(await checkStatement("delete from orders", open("postgres"), "write")).toEqual({
      ok: false,
      refusal: {
        part: "delete",
        reason: "This DELETE has no WHERE and would touch every row of the table.",
        instead: "Say which rows: WHERE …. If it is to be all of them, write WHERE true.",
        place: { from: 0, to: 6 },
      },
    });
  });
});

describe("a change of what is hidden", () => {
  it.each<[EngineKind, string]>([
    ["postgres", "update customers set email = 'x' where id = 1"],
    ["postgres", "update customers set (name, email) = ('a', 'b') where id = 1"],
    ["postgres", "insert into customers (id, email) values (1, 'x')"],
    ["postgres", "insert into customers values (1, 'a', 'b', 'c')"],
    ["postgres", "insert into customers select * from orders"],
    ["postgres", "insert into customers (id) values (1) on conflict (email) do nothing"],
    ["postgres", "insert into customers (id) values (1) on conflict (id) do update set email = 'x'"],
    ["postgres", "insert into customers (id) values (1) on conflict (id) do update set name = excluded.email"],
    [
      "postgres",
      "insert into customers (id) values (1) on conflict (id) do update set name = 'x' where customers.email is null",
    ],
    ["postgres", "delete from customers where email = 'x'"],
    ["postgres", "delete from customers where id = 1 returning *"],
    ["postgres", "delete from customers where id = 1 returning email"],
    ["postgres", "update customers set name = 'x' where id = 1 returning old.email"],
    ["postgres", "update customers set name = 'x' where id = 1 returning with (old as before) before.*"],
    ["postgres", "update customers set name = 'x' where id = 1 returning customers"],
    ["postgres", "update customers c set name = email where c.id = 1"],
    ["postgres", "update orders set total = 1 from customers c where c.email = 'x'"],
    ["postgres", "insert into orders (id, total) select id, length(email) from customers"],
    [
      "postgres",
      "merge into customers c using orders o on c.id = o.customer_id when matched then update set email = 'x'",
    ],
    [
      "postgres",
      "merge into customers c using orders o on c.id = o.customer_id when not matched then insert values (1, 2, 3, 4)",
    ],
    ["postgres", "merge into orders o using customers c on c.email = 'x' when matched then delete"],
    ["postgres", "delete from salaries where true"],
    ["mysql", "update customers set email = 'x' where id = 1"],
    ["mysql", "insert into customers values (1, 'a', 'b', 'c')"],
    ["mysql", "insert into customers select id from orders"],
    ["mssql", "delete from customers output deleted.* where id = 1"],
    ["mssql", "insert customers values (1, 'a', 'b', 'c')"],
    ["sqlite", "insert into customers values (1, 'a', 'b', 'c')"],
    ["sqlite", "delete from customers where id = 1 returning *"],
    ["duckdb", "insert into customers values (1, 'a', 'b', 'c')"],
    ["duckdb", "insert into orders (id) select length(email) from customers"],
  ])("is refused on %s: %s", async (engine, sql) => {
    expect(await checkStatement(sql, guarded(engine), "write")).toMatchObject({
      ok: false,
      refusal: { reason: expect.stringMatching(/hidden/u) },
    });
  });

  it.each<[EngineKind, string]>([
    ["postgres", "update customers set name = 'x' where id = 1 returning id, name"],
    [
      "postgres",
      "insert into customers (id, name) values (1, 'x') on conflict (id) do update set name = excluded.name",
    ],
    ["postgres", "delete from customers where city = 'Paris'"],
    ["mysql", "insert into customers (id, name) values (1, 'x')"],
    ["mssql", "update customers set name = 'x' where id = 1"],
    ["sqlite", "delete from customers where city = 'Paris'"],
    ["duckdb", "insert into customers (id, name) values (1, 'x')"],
  ])("does not stand in the way of others on %s: %s", async (engine, sql) => {
    expect(await checkStatement(sql, guarded(engine), "write")).toMatchObject({ ok: true });
  });
});
