import { randomUUID } from "node:crypto";
import { ClientError } from "@mindmesh/client";
import type { TestPerson } from "@mindmesh/test-support";
import { eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queryPersonData } from "../../src/person-data.ts";
import { type Workbench, readBlock, run, startWorkbench, workbenchOf } from "./workbench-server.ts";

let bench: Workbench;
let shop: string;
const ask = (sql: string, more: object = {}, who = bench.owner) => run(bench.server, who, shop, { sql, ...more });

beforeAll(async () => {
  bench = await startWorkbench({ alone: false });
  shop = await bench.connect();
});
afterAll(() => bench.close());

/** Long enough to be seen running, in the planner's own words cheap: rows multiply inside. */
const slow = "SELECT count(*) FROM orders a, orders b WHERE a.total + b.total < -1";

async function refused(promise: Promise<unknown>): Promise<ClientError> {
  const error = await promise.then(
    () => new Error("it was let through"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClientError)) throw error;
  return error;
}

test("a statement gives columns, its first rows at once, and exact values", async () => {
  const { parts, statement, rows } = await ask("SELECT id, big, long, float8, day, data FROM odd ORDER BY id");
  expect(parts.map(({ type }) => type)).toEqual(["statement", "columns", "rows", "block", "end"]);
  expect(statement).toMatchObject({
    state: "done",
    rows: 3,
    stoppedBy: null,
    failure: null,
    origin: "person",
    personId: bench.owner.personId,
  });
  expect(statement.columns.map(({ name, kind }) => [name, kind])).toEqual([
    ["id", "integer"],
    ["big", "integer"],
    ["long", "decimal"],
    ["float8", "float"],
    ["day", "date"],
    ["data", "json"],
  ]);
  expect(rows).toEqual([
    ["1", "9223372036854775807", `1${"0".repeat(98)}1`, "NaN", "0044-03-15 BC", '{"n": 12345678901234567890}'],
    ["2", "-9223372036854775808", "-0.00000000000000000000000000000000000001", "-Infinity", "infinity", "[]"],
    ["3", null, null, "0.1", "2026-11-29", null],
  ]);
});

test("a long result lies in blocks that a later look, another device and a jump into the middle find", async () => {
  const { statement, rows } = await ask("SELECT id, customer_id, total, placed_at FROM orders ORDER BY id");
  expect(rows.length).toBe(30_000);
  expect(rows[29_999]?.[0]).toBe("30000");
  const { statements } = workbenchOf(bench.server, bench.owner);
  const params = { workspaceId: bench.owner.workspaceId, statementId: statement.id };
  const found = await statements.getStatement({ params });
  expect(found.statement.rows).toBe(30_000);
  expect(found.blocks[0]).toBe(0);
  expect(found.blocks.length).toBeGreaterThan(10);
  const picked = await statements.pickResultRows({ params, body: { rows: [29_999, 5, 12_345] } });
  expect(picked.rows.map((row) => row[0])).toEqual(["30000", "6", "12346"]);
  const missing = await refused(readBlock(bench.server, bench.owner, statement.id, 7));
  expect(missing.status).toBe(404);
});

test("what the guard refuses is said with its part, its reason and what to do, and stands in the history", async () => {
  const { statement } = await ask("DELETE FROM orders");
  expect(statement.state).toBe("refused");
  expect(statement.refusal?.reason).toBeTruthy();
  expect(statement.refusal?.part).toContain("DELETE");
  const [left] = (await bench.shop.query<{ n: string }>("SELECT count(*) AS n FROM orders")).rows;
  expect(left?.n).toBe("30000");
  const { statements } = workbenchOf(bench.server, bench.owner);
  const { items } = await statements.listStatements({
    params: { workspaceId: bench.owner.workspaceId },
    query: { find: "delete orders" },
  });
  expect(items[0]).toMatchObject({ id: statement.id, state: "refused", personName: "Olga" });
});

test("a mistake is shown at its place in the text as it was written, parameters before it or not", async () => {
  const sql = "SELECT :first, :second_one, nothing FROM orders WHERE id = :first";
  const { statement } = await ask(sql, { parameters: { first: "1", second_one: null } });
  expect(statement).toMatchObject({ state: "failed", failure: { code: "42703" } });
  const { from = -1, to = 0 } = statement.failure?.place ?? {};
  expect(from).toBe(sql.indexOf("nothing"));
  expect(to).toBeGreaterThan(from);
});

test("values go in as parameters: a quote in one is a quote, a missing one is asked for by name", async () => {
  const { rows } = await ask("SELECT id FROM customers WHERE name = :name OR id = :id ORDER BY id", {
    parameters: { name: "x' OR 'a' = 'a", id: "17" },
  });
  expect(rows).toEqual([["17"]]);
  const error = await refused(ask("SELECT :name, ':text', a.b::text FROM (SELECT 1 AS b) a", { parameters: {} }));
  expect(error.status).toBe(422);
  expect(Object.keys(error.fields)).toEqual(["parameters.name"]);
});

test("the same within five minutes comes from what was kept, says when it was read, and can be refused", async () => {
  const sql = "SELECT count(*) FROM customers -- once";
  const first = await ask(sql);
  const again = await ask(sql);
  expect(first.statement.cachedAt).toBeNull();
  expect(again.statement.cachedAt).toBe(first.statement.finishedAt);
  expect(again.rows).toEqual(first.rows);
  expect(again.statement.id).not.toBe(first.statement.id);
  const fresh = await ask(sql, { fresh: true });
  expect(fresh.statement.cachedAt).toBeNull();
  const other = await ask("SELECT count(*) FROM customers -- twice");
  expect(other.statement.cachedAt).toBeNull();
  const age = (minutes: number) =>
    bench.server.sql(
      "UPDATE query.statements SET finished_at = now() - $2 * interval '1 minute' WHERE connection_id = $1 AND sql = $3",
      [shop, minutes, sql],
    );
  await age(4);
  expect((await ask(sql)).statement.cachedAt).not.toBeNull();
  await age(6);
  expect((await ask(sql)).statement.cachedAt).toBeNull();
});

test("a result stops at the connection's limit of rows and says so; a lower one can be asked for", async () => {
  const few = await bench.connect({ limits: { rows: 500 } });
  const stopped = await run(bench.server, bench.owner, few, { sql: "SELECT id FROM orders" });
  expect(stopped.statement).toMatchObject({ state: "done", rows: 500, stoppedBy: "rows" });
  const lower = await run(bench.server, bench.owner, few, { sql: "SELECT id FROM orders", rows: 10 });
  expect(lower.rows.length).toBe(10);
});

test("a statement that takes too long is ended, in the database too", async () => {
  const quick = await bench.connect({ limits: { seconds: 1, cost: null } });
  const { statement } = await run(bench.server, bench.owner, quick, { sql: slow });
  expect(statement).toMatchObject({ state: "failed", failure: { kind: "time" } });
  await eventually(async () => expect(await stillRunning()).toBe(0));
});

async function stillRunning(): Promise<number> {
  const { rows } = await bench.root.query<{ n: string }>(
    "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%a.total + b.total%' AND pid <> pg_backend_pid()",
  );
  return Number(rows[0]?.n);
}

test("a statement is cancelled in the database, also through another server", async () => {
  const patient = await bench.connect({ limits: { cost: null } });
  const second = await startTestServer({
    databaseUrl: bench.server.databaseUrl,
    environment: { OUTBOUND_ALLOW_PRIVATE: "127.0.0.1" },
  });
  try {
    const statementId = randomUUID();
    const running = run(bench.server, bench.owner, patient, { sql: slow, statementId });
    await eventually(async () => expect(await stillRunning()).toBe(1));
    const { statements } = workbenchOf(second, second.as(bench.owner));
    const params = { workspaceId: bench.owner.workspaceId, statementId };
    await statements.cancelStatement({ params });
    const { statement } = await running;
    expect(statement).toMatchObject({ state: "cancelled", failure: { kind: "cancelled" } });
    await eventually(async () => expect(await stillRunning()).toBe(0));
  } finally {
    await second.close();
  }
});

test("a database that goes away in mid-statement is said to be lost, and the next statement finds it again", async () => {
  const patient = await bench.connect({ limits: { cost: null } });
  const running = run(bench.server, bench.owner, patient, { sql: slow });
  await eventually(async () => expect(await stillRunning()).toBe(1));
  await bench.root.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%a.total + b.total%' AND pid <> pg_backend_pid()",
  );
  const { statement } = await running;
  expect(statement).toMatchObject({ state: "failed", failure: { kind: "lost" } });
  const next = await run(bench.server, bench.owner, patient, { sql: "SELECT 1 AS one" });
  expect(next.rows).toEqual([["1"]]);
});

test("an idle login that the database has ended is replaced without a word", async () => {
  const connection = await bench.connect();
  await run(bench.server, bench.owner, connection, { sql: "SELECT 1 AS kept" });
  await bench.root.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'shop%reader' AND pid <> pg_backend_pid()",
  );
  const { rows } = await run(bench.server, bench.owner, connection, { sql: "SELECT 2 AS again" });
  expect(rows).toEqual([["2"]]);
});

test("a statement of a server that is gone is marked lost", async () => {
  const id = randomUUID();
  await bench.server.sql(
    `INSERT INTO query.statements (workspace_id, id, connection_id, person_id, origin, sql, state, server_id, created_at)
     VALUES ($1, $2, $3, $4, 'person', 'SELECT 1', 'running', gen_random_uuid(), now())`,
    [bench.owner.workspaceId, id, shop, bench.owner.personId],
  );
  const { statements } = workbenchOf(bench.server, bench.owner);
  await eventually(async () => {
    const params = { workspaceId: bench.owner.workspaceId, statementId: id };
    const { statement } = await statements.getStatement({ params });
    expect(statement).toMatchObject({ state: "lost", failure: { kind: "lost" } });
  }, 20);
});

const wholeValue = (person: TestPerson, statementId: string, row: number, column: number) =>
  workbenchOf(bench.server, person).statements.readValue({
    params: { workspaceId: person.workspaceId, statementId },
    body: { row, column },
  });

test("a value of 200 MB arrives as its beginning, is said to be cut, and can be had whole", async () => {
  await bench.shop.query("INSERT INTO huge VALUES (1, repeat('x', 200 * 1024 * 1024))");
  const { statement, rows } = await ask("SELECT id, content FROM huge");
  expect(statement.state).toBe("done");
  expect(rows[0]?.[0]).toBe("1");
  expect(rows[0]?.[1]?.length).toBeLessThan(1024 * 1024);
  expect(rows[0]?.[1]).toMatch(/^x+$/);
  const block = await readBlock(bench.server, bench.owner, statement.id, 0);
  expect(block.cuts).toEqual([{ row: 0, column: 1, bytes: 200 * 1024 * 1024 }]);

  const response = await wholeValue(bench.owner, statement.id, 0, 1);
  expect(response.headers.get("content-disposition")).toContain(encodeURIComponent("content, row 1.txt"));
  let bytes = 0;
  const isX = Buffer.alloc(1024 * 1024, "x");
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    for (let at = 0; at < chunk.length; at += isX.length) {
      const part = chunk.subarray(at, at + isX.length);
      if (!isX.subarray(0, part.length).equals(part)) throw new Error(`another sign near byte ${bytes}`);
    }
  }
  expect(bytes).toBe(200 * 1024 * 1024);
  const [entry] = await bench.server.sql<{ details: Record<string, unknown> }>(
    "SELECT details FROM kernel.audit_log WHERE action = 'query.statement' AND details->>'statementId' = $1 AND details ? 'value'",
    [statement.id],
  );
  expect(entry?.details).toMatchObject({ sql: statement.sql, value: { row: 0, column: 1, bytes }, state: "done" });
  await bench.shop.query("TRUNCATE huge");
});

test("a long value is had whole from its own row only, by who may see the result, and never another one in its place", async () => {
  await bench.shop.query(
    "INSERT INTO huge SELECT n, 'value ' || n || repeat(' €', 100000) FROM generate_series(1, 3) n",
  );
  const sql = "SELECT id, content, content::bytea AS bytes, to_json(content) AS quoted FROM huge ORDER BY id";
  const { statement } = await ask(sql);
  const text = async (row: number, column: number) => (await wholeValue(bench.owner, statement.id, row, column)).text();
  const second = `value 2${" €".repeat(100_000)}`;
  expect((await text(1, 1)) === second).toBe(true);
  // Binary comes as its bytes, JSON as JSON; what was not cut comes from the result itself.
  expect((await text(1, 2)) === second).toBe(true);
  expect(JSON.parse(await text(1, 3)) === second).toBe(true);
  expect(await text(1, 0)).toBe("2");
  expect((await refused(wholeValue(bench.owner, statement.id, 3, 1))).status).toBe(404);

  const other = await bench.join("developer");
  expect((await refused(wholeValue(other, statement.id, 1, 1))).status).toBe(404);

  await bench.shop.query("UPDATE huge SET content = content || '!' WHERE id = 2");
  const longer = await refused(wholeValue(bench.owner, statement.id, 1, 1));
  expect(longer).toMatchObject({ status: 409, message: expect.stringContaining("another value now") as string });
  await bench.shop.query("UPDATE huge SET content = overlay(left(content, -1) placing 'other' from 1) WHERE id = 2");
  expect((await refused(wholeValue(bench.owner, statement.id, 1, 1))).status).toBe(409);
  await bench.shop.query("DELETE FROM huge WHERE id > 1");
  expect((await refused(wholeValue(bench.owner, statement.id, 1, 1))).status).toBe(409);

  // What was hidden meanwhile stays hidden.
  await bench.server.sql("UPDATE query.connections SET hidden = $2, version = version + 1 WHERE id = $1", [
    shop,
    JSON.stringify([{ schema: "public", table: "huge", column: null }]),
  ]);
  const hidden = await refused(wholeValue(bench.owner, statement.id, 0, 1));
  await bench.server.sql("UPDATE query.connections SET hidden = '[]', version = version + 1 WHERE id = $1", [shop]);
  expect(hidden).toMatchObject({ status: 422, message: expect.stringContaining("hidden") as string });
  await bench.shop.query("TRUNCATE huge");
});

test("every statement is in the audit log: who, what, rows, time, and who wrote it", async () => {
  const { statement } = await ask("SELECT id FROM customers WHERE id < 5 -- audited");
  const [entry] = await bench.server.sql<{ actor_id: string; details: Record<string, unknown> }>(
    "SELECT actor_id, details FROM kernel.audit_log WHERE action = 'query.statement' AND details->>'statementId' = $1",
    [statement.id],
  );
  expect(entry?.actor_id).toBe(bench.owner.personId);
  expect(entry?.details).toMatchObject({
    sql: "SELECT id FROM customers WHERE id < 5 -- audited",
    rows: 4,
    origin: "person",
    state: "done",
    milliseconds: statement.milliseconds,
  });
});

test("who may not use the connection finds nothing; others run on it, and see their own statements only", async () => {
  const analyst = await bench.join("analyst");
  const member = await bench.join("member");
  const viewer = await bench.join("viewer");
  const mine = await ask("SELECT 'analyst' AS who", {}, analyst);
  expect(mine.statement.state).toBe("done");
  expect((await refused(ask("SELECT 1", {}, member))).status).toBe(404);
  expect((await refused(ask("SELECT 1", {}, viewer))).status).toBe(403);

  const seenBy = (person: TestPerson) =>
    workbenchOf(bench.server, person).statements.getStatement({
      params: { workspaceId: person.workspaceId, statementId: mine.statement.id },
    });
  expect((await seenBy(bench.owner)).statement.sql).toBe("SELECT 'analyst' AS who");
  const developer = await bench.join("developer");
  expect((await refused(seenBy(developer))).status).toBe(404);

  const history = (person: TestPerson, everybody: "true" | "false") =>
    workbenchOf(bench.server, person).statements.listStatements({
      params: { workspaceId: person.workspaceId },
      query: { everybody },
    });
  expect((await history(analyst, "false")).items.map(({ id }) => id)).toEqual([mine.statement.id]);
  expect((await refused(history(analyst, "true"))).status).toBe(403);
  expect((await history(bench.owner, "true")).items.map(({ id }) => id)).toContain(mine.statement.id);
});

test("a connection that cannot be reached says so in the result", async () => {
  const gone = await bench.connect();
  await bench.server.sql(`UPDATE query.connections SET network = network || '{"port": 1}' WHERE id = $1`, [gone]);
  const { statement } = await run(bench.server, bench.owner, gone, { sql: "SELECT 1" });
  expect(statement).toMatchObject({ state: "failed", failure: { kind: "connection" } });
});

test("other devices of the person hear of a statement; nobody else does", async () => {
  const heard: string[] = [];
  bench.owner.live({
    onEvent: ({ type, payload }) => {
      if (type === "query.statement.changed") heard.push((payload as { statementId: string }).statementId);
    },
  });
  const [ran] = [await ask("SELECT 'heard' AS it")];
  await eventually(() => expect(heard.filter((id) => id === ran.statement.id)).toHaveLength(2));
});

test("of a deleted account the audit log keeps that statements ran, and not what they said", async () => {
  const leaver = await bench.join("analyst");
  await ask("SELECT 'a secret of Ada' AS it", {}, leaver);
  const audited = () =>
    bench.server.sql<{ details: Record<string, unknown> }>(
      "SELECT details FROM kernel.audit_log WHERE action = 'query.statement' AND actor_id = $1",
      [leaver.personId],
    );
  expect(JSON.stringify(await audited())).toContain("a secret of Ada");
  const { db } = await bench.database();
  await db.system((tx) => queryPersonData.forgetPerson(tx, leaver.personId));
  const [entry] = await audited();
  expect(entry?.details).toMatchObject({ state: "done", rows: 1, origin: "person", access: "read" });
  expect(entry?.details).not.toHaveProperty("sql");
});
