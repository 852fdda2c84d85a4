import { planNode } from "@mindmesh/contracts/query/engine";
import { createTestDatabase } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import { collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owner: pg.Client;
let session: Session;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`CREATE TABLE items (id int PRIMARY KEY, n int); INSERT INTO items SELECT n, n FROM generate_series(1, 1000) n;
    CREATE TABLE parts (item int REFERENCES items DEFERRABLE INITIALLY DEFERRED); INSERT INTO parts VALUES (1); ANALYZE items`);
  session = await openTestSession(targetOf("postgres", database.url));
});
afterAll(async () => {
  await session.close();
  await owner.end();
  await database.drop();
});
const sum = async () => (await owner.query<{ sum: string }>("SELECT sum(n) FROM items")).rows[0]?.sum;
const write = (sql: string, commit: boolean, expectedRows: number | null = null) =>
  session.write({ ...requestOf(forged("postgres", sql, "write")), commit, expectedRows });

it("a change is previewed without an effect, and kept when it is what was previewed", async () => {
  const update = "UPDATE items SET n = n + 1 WHERE id <= 10";
  expect(await write(update, false)).toEqual({ affectedRows: 10 });
  expect(await sum()).toBe("500500");
  await expect(write(update, true, 9)).rejects.toMatchObject({ kind: "refused" });
  expect(await sum()).toBe("500500");
  expect(await write(update, true, 10)).toEqual({ affectedRows: 10 });
  expect(await sum()).toBe("500510");
});

it("a preview fails where the change would fail only at its end", async () => {
  await expect(write("DELETE FROM items WHERE id = 1", false)).rejects.toMatchObject({ code: "23503" });
});

it("a change that was not checked for writing is refused, and a reading statement cannot be written", async () => {
  await expect(collect(session, requestOf(forged("postgres", "DELETE FROM items", "write")))).rejects.toMatchObject({
    kind: "refused",
  });
  await expect(
    session.write({ ...requestOf(forged("postgres", "SELECT 1")), commit: true, expectedRows: null }),
  ).rejects.toMatchObject({ kind: "refused" });
});

it("a change with another statement behind it is refused by the database", async () => {
  await expect(write("UPDATE items SET n = 0; COMMIT", false)).rejects.toMatchObject({ code: "42601" });
  expect(await sum()).toBe("500510");
});

it("a plan is a tree, with figures when the statement is run for it", async () => {
  const request = requestOf(
    forged("postgres", "SELECT count(*) FROM items i JOIN items j ON j.id = i.n WHERE i.id > $1"),
    { parameters: ["500"] },
  );
  const plan = planNode.parse(await session.plan({ ...request, analyze: false }));
  const all = (node: typeof plan): (typeof plan)[] => [node, ...node.children.flatMap((child) => all(child))];
  expect(plan.operation).toBe("Aggregate");
  expect(all(plan).flatMap(({ table }) => table ?? [])).toEqual([
    { schema: "public", name: "items" },
    { schema: "public", name: "items" },
  ]);
  expect(
    all(plan).every(
      ({ totalCost, ownCost, actualRows }) => totalCost !== null && ownCost !== null && actualRows === null,
    ),
  ).toBe(true);
  const run = planNode.parse(await session.plan({ ...request, analyze: true }));
  expect(run.actualRows).toBe(1);
  await expect(
    session.plan({ ...requestOf(forged("postgres", "DELETE FROM items", "write")), analyze: true }),
  ).rejects.toMatchObject({ kind: "refused" });
  const change = await session.plan({ ...requestOf(forged("postgres", "DELETE FROM items", "write")), analyze: false });
  expect(change.table?.name).toBe("items");
  expect(await sum()).toBe("500510");
});

it("a report warns of a login that may more than read", async () => {
  const report = await session.report();
  expect(report.warnings.join("\n")).toMatch(/superuser[\s\S]*owns/);
  expect(report.leastPrivilegeScript).toContain("GRANT SELECT ON ALL TABLES IN SCHEMA");
});

it("the login that the report's script makes may read and nothing else", async () => {
  const name = `r_${database.url.slice(-8)}`;
  const { leastPrivilegeScript } = await session.report();
  await owner.query(
    (leastPrivilegeScript ?? "").replaceAll("mindmesh_reader", name).replace("choose a long one", "secret"),
  );
  const url = new URL(database.url);
  [url.username, url.password] = [name, "secret"];
  const reader = await openTestSession(targetOf("postgres", url.href));
  try {
    expect((await reader.report()).warnings).toEqual([expect.stringMatching(/not encrypted/)]);
    expect((await collect(reader, requestOf(forged("postgres", "SELECT count(*) FROM items")))).rows).toEqual([
      ["1000"],
    ]);
    const change = requestOf(forged("postgres", "DELETE FROM items", "write"));
    await expect(reader.write({ ...change, commit: true, expectedRows: null })).rejects.toMatchObject({
      kind: "rights",
    });
  } finally {
    await reader.close();
    await owner.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
  }
});
