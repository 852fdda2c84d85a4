import { randomUUID } from "node:crypto";
import { createClient } from "@mindmesh/client";
import { type Connection, connectionRoutes } from "@mindmesh/contracts/query/connections";
import type { Role } from "@mindmesh/contracts/permissions";
import { schemaRoutes } from "@mindmesh/contracts/query/schema";
import {
  type TestPerson,
  type TestServer,
  createTestDatabase,
  eventually,
  startTestServer,
} from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";

let server: TestServer;
let owner: TestPerson;
let developer: TestPerson;
let analyst: TestPerson;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let shop: pg.Client;
let connection: Connection;

beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Owner");
  const join = async (name: string, role: Role) => {
    const person = await server.signUp(name);
    await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3)", [
      owner.workspaceId,
      person.personId,
      role,
    ]);
    return person;
  };
  developer = await join("Developer", "developer");
  analyst = await join("Analyst", "analyst");
  database = await createTestDatabase();
  shop = new pg.Client({ connectionString: database.url });
  await shop.connect();
  await shop.query(`
    DROP SCHEMA IF EXISTS chat, query, kernel, pgboss CASCADE;
    CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL UNIQUE, salary int);
    COMMENT ON TABLE customers IS 'who buys';
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int, placed date, total numeric(10, 2));
    CREATE TABLE visits (id int PRIMARY KEY, customer_id int);
    INSERT INTO customers SELECT n, n || '@example.org', n * 7 FROM generate_series(1, 200) n;
    INSERT INTO orders SELECT n, n % 200 + 1, date '2026-01-01' + n % 300, n FROM generate_series(1, 1000) n;
    INSERT INTO visits SELECT n, n + 5000 FROM generate_series(1, 300) n;
    ANALYZE`);
});

afterAll(async () => {
  await shop.end();
  await server.close();
  await database.drop();
});

const workspace = () => ({ workspaceId: owner.workspaceId });
const place = () => ({ ...workspace(), connectionId: connection.id });
const as = (person: TestPerson) =>
  createClient({ ...connectionRoutes, ...schemaRoutes }, { baseUrl: server.url, token: () => person.accessToken });

function networkOf(url: string) {
  const { hostname, port, pathname, username } = new URL(url);
  const settings = {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    user: decodeURIComponent(username),
  };
  return { ...settings, tls: "off" as const };
}
const passwordOf = (url: string) => decodeURIComponent(new URL(url).password);

/** The connection once its last reading has ended. */
const ended = (id = connection.id) =>
  eventually(async () => {
    const { items } = await as(owner).listConnections({ params: workspace() });
    const found = items.find((each) => each.id === id);
    expect(found?.ingestion?.state).toMatch(/done|failed|cancelled/);
    return found!;
  }, 30);

const refresh = async () => {
  await as(developer).refreshSchema({ params: place() });
  return ended();
};

const connect = (name: string, change: object = {}, secret = passwordOf(database.url)) =>
  as(owner).createConnection({
    params: workspace(),
    body: {
      name,
      engine: "postgres",
      network: { ...networkOf(database.url), ...change },
      secret: { password: secret },
      privateAllowed: true,
    },
  });

test("a new connection's schema is read at once: tables with columns, keys, comments and counts", async () => {
  connection = await connect("Shop");
  const read = await ended();
  expect(read.ingestion).toMatchObject({ state: "done", cause: "created", tables: 3, error: null, changeCount: null });
  expect(read.ingestedAt).not.toBeNull();
  const outline = await as(analyst).readSchema({ params: place() });
  expect(outline.tables.map(({ name }) => name)).toEqual(["customers", "orders", "visits"]);
  expect(outline.tables[0]).toMatchObject({ comment: "who buys", rowEstimate: 200, primaryKey: ["id"] });
  const { table } = await as(analyst).readTable({ params: place(), query: { schema: "public", name: "orders" } });
  expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "id integer",
    "customer_id integer",
    "placed date",
    "total numeric(10,2)",
  ]);
  await expect(
    as(analyst).readTable({ params: place(), query: { schema: "public", name: "nothing" } }),
  ).rejects.toMatchObject({ code: "not_found" });
});

test("a key that nobody declared is found by names, types and values; one whose values do not fit is not", async () => {
  const { inferredKeys } = await as(analyst).readSchema({ params: place() });
  expect(inferredKeys.map(({ from, columns, to }) => `${from.name}.${columns[0]} → ${to.name}`)).toEqual([
    "orders.customer_id → customers",
  ]);
  const [key] = inferredKeys;
  expect(key?.decision).toBe("open");
  expect(key?.confidence).toBeGreaterThan(0.9);
  expect(key?.evidence.join(" ")).toContain("200 of 200 different values are among the keys.");
});

test("a developer confirms or rejects such a key, which lasts; an analyst cannot", async () => {
  const { inferredKeys } = await as(developer).readSchema({ params: place() });
  const params = { ...place(), key: inferredKeys[0]?.key ?? "" };
  await expect(as(analyst).decideInferredKey({ params, body: { decision: "confirmed" } })).rejects.toMatchObject({
    code: "not_allowed",
  });
  await as(developer).decideInferredKey({ params, body: { decision: "confirmed" } });
  await refresh();
  const confirmed = (await as(analyst).readSchema({ params: place() })).inferredKeys;
  expect(confirmed).toMatchObject([{ decision: "confirmed" }]);
  await as(developer).decideInferredKey({ params, body: { decision: "rejected" } });
  expect((await as(analyst).readSchema({ params: place() })).inferredKeys).toEqual([]);
  const query = { schema: "public", name: "customers" };
  expect((await as(analyst).readTable({ params: place(), query })).inferredKeys).toMatchObject([
    { decision: "rejected" },
  ]);
  await as(developer).decideInferredKey({ params, body: { decision: "open" } });
});

test("what changed since the time before is told: added, changed and removed, with before and after", async () => {
  await shop.query(`
    ALTER TABLE orders ADD COLUMN note text, ALTER COLUMN total TYPE numeric(14, 2);
    ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0);
    CREATE TABLE returns (id int PRIMARY KEY, order_id int REFERENCES orders);
    DROP TABLE visits`);
  const read = await refresh();
  expect(read.ingestion).toMatchObject({ state: "done", changeCount: 5 });
  const { items } = await as(analyst).listReadings({ params: place() });
  const told = items[0]?.changes.map(({ kind, what, table, name, before, after }) =>
    [kind, what, table, name, before, after].join(" | "),
  );
  expect(told?.toSorted()).toEqual([
    "added | check | orders | positive |  | (total >= (0)::numeric)",
    "added | column | orders | note |  | text",
    "added | table | returns |  |  | table with 2 columns",
    "changed | column | orders | total | numeric(10,2) | numeric(14,2)",
    "removed | table | visits |  | table with 2 columns | ",
  ]);
  const { referencedBy } = await as(analyst).readTable({
    params: place(),
    query: { schema: "public", name: "orders" },
  });
  expect(referencedBy).toMatchObject([{ from: { name: "returns" }, key: { columns: ["order_id"] } }]);
});

test("a hidden column is nowhere: not in the schema, the search, the keys, the changes or the stored values", async () => {
  const search = (q: string) => as(analyst).searchSchema({ params: place(), query: { q } });
  expect((await search("salary")).items).toMatchObject([{ table: "customers", column: "salary" }]);
  const { items } = await as(owner).listConnections({ params: workspace() });
  const { version } = items.find(({ id }) => id === connection.id)!;
  const hidden = [
    { schema: "public", table: "customers", column: "salary" },
    { schema: "public", table: "returns", column: null },
  ];
  await as(owner).changeConnection({ params: place(), body: { version, hidden } });
  for (const person of [owner, analyst]) {
    const outline = await as(person).readSchema({ params: place() });
    expect(JSON.stringify(outline)).not.toMatch(/salary|returns/);
    const detail = await as(person).readTable({ params: place(), query: { schema: "public", name: "customers" } });
    expect(JSON.stringify(detail)).not.toContain("salary");
  }
  expect((await search("salary")).items).toEqual([]);
  expect(JSON.stringify(await as(analyst).listReadings({ params: place() }))).not.toContain("returns");
  await refresh();
  const [stored] = await server.sql<{ column: { statistics: unknown } }>(
    `SELECT "column" FROM query.catalog_tables, jsonb_array_elements(content -> 'columns') AS "column"
     WHERE connection_id = $1 AND name = 'customers' AND "column" ->> 'name' = 'salary'`,
    [connection.id],
  );
  expect(stored?.column.statistics).toBeNull();
});

test("a reading that fails leaves the schema that is there and says why, in plain words", async () => {
  const { items } = await as(owner).listConnections({ params: workspace() });
  const { version, ingestedAt } = items.find(({ id }) => id === connection.id)!;
  await as(owner).changeConnection({ params: place(), body: { version, secret: { password: "not the password" } } });
  const failed = await ended();
  expect(failed.ingestion).toMatchObject({ state: "failed", stage: "login" });
  expect(failed.ingestion?.error).toMatch(/password/i);
  expect(failed.ingestion?.error).not.toContain("not the password");
  expect(failed.ingestedAt).toBe(ingestedAt);
  expect((await as(analyst).readSchema({ params: place() })).tables.length).toBeGreaterThan(0);
  await as(owner).changeConnection({
    params: place(),
    body: { version: failed.version, secret: { password: passwordOf(database.url) } },
  });
  expect((await ended()).ingestion?.state).toBe("done");
});

test("a schema that is older than an hour is read anew when somebody looks at it, and only then", async () => {
  const age = (text: string) =>
    server.sql(
      `WITH a AS (UPDATE query.connections SET ingested_at = now() - $2::interval WHERE id = $1)
       UPDATE query.readings SET created_at = now() - $2::interval WHERE connection_id = $1`,
      [connection.id, text],
    );
  const causes = async () => (await as(analyst).listReadings({ params: place() })).items.map(({ cause }) => cause);
  await age("50 minutes");
  await as(analyst).readSchema({ params: place() });
  expect(await causes()).not.toContain("stale");
  await age("70 minutes");
  await as(analyst).readSchema({ params: place() });
  expect((await causes())[0]).toBe("stale");
  expect((await ended()).ingestion?.state).toBe("done");
});

test("a test says at which stage it failed and at which field, and what a working login may do", async () => {
  const test = (change: object, password = passwordOf(database.url), more: object = {}) =>
    as(owner).testPlace({
      params: workspace(),
      body: {
        engine: "postgres",
        network: { ...networkOf(database.url), ...change },
        secret: { password },
        privateAllowed: true,
        ...more,
      },
    });
  expect(await test({ port: 1 })).toMatchObject({ ok: false, stage: "host", field: "network.port" });
  expect(await test({ host: "no-such-host.invalid" })).toMatchObject({
    ok: false,
    stage: "address",
    field: "network.host",
  });
  expect(await test({}, "wrong")).toMatchObject({
    ok: false,
    stage: "login",
    field: "secret.password",
    passed: ["address", "host"],
  });
  expect(await test({ database: "no_such_database" })).toMatchObject({ ok: false, stage: "database" });
  expect(await test({}, undefined, { privateAllowed: false })).toMatchObject({
    ok: false,
    stage: "address",
    field: "privateAllowed",
  });
  const works = await test({});
  expect(works).toMatchObject({ ok: true, passed: ["address", "host", "login", "database", "rights"] });
  if (!works.ok) return;
  expect(works.report.warnings.join(" ")).toMatch(/superuser/i);
  expect(works.report.leastPrivilegeScript).toContain("GRANT SELECT");
  expect(await as(developer).testConnection({ params: place() })).toMatchObject({ ok: true });
  await expect(as(analyst).testConnection({ params: place() })).rejects.toMatchObject({ code: "not_allowed" });
});

test("the page of who tests hears of each stage as it is passed, and nobody else's does", async () => {
  const heard = (person: TestPerson) => {
    const stages: [string, string][] = [];
    person.live({
      onEvent: ({ type, payload }) => {
        const { testId, stage } = payload as { testId: string; stage: string };
        if (type === "query.connection.tested") stages.push([testId, stage]);
      },
    });
    return stages;
  };
  const [own, others] = [heard(owner), heard(developer)];
  const test = (password: string, testId: string) =>
    as(owner).testPlace({
      params: workspace(),
      body: {
        engine: "postgres",
        network: networkOf(database.url),
        secret: { password },
        privateAllowed: true,
        testId,
      },
    });
  const [works, fails] = [randomUUID(), randomUUID()];
  expect(await test(passwordOf(database.url), works)).toMatchObject({ ok: true });
  expect(await test("wrong", fails)).toMatchObject({ ok: false, stage: "login" });
  await eventually(() =>
    expect(own).toEqual([
      ...["address", "host", "login", "database", "rights"].map((stage) => [works, stage]),
      ...["address", "host"].map((stage) => [fails, stage]),
    ]),
  );
  expect(others).toEqual([]);
});

test("a reading can be cancelled; what was there before stays", async () => {
  const locker = new pg.Client({ connectionString: database.url });
  await locker.connect();
  // Holds up whoever wants to read the catalogue.
  await locker.query("BEGIN; LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE");
  try {
    await as(developer).refreshSchema({ params: place() });
    const again = await as(developer).refreshSchema({ params: place() });
    const running = await as(owner).listConnections({ params: workspace() });
    expect(running.items.find(({ id }) => id === connection.id)?.ingestion?.id).toBe(again.id);
    await expect(as(analyst).cancelReading({ params: place() })).rejects.toMatchObject({ code: "not_allowed" });
    await as(developer).cancelReading({ params: place() });
    await expect(as(developer).cancelReading({ params: place() })).rejects.toMatchObject({ code: "conflict" });
  } finally {
    await locker.query("ROLLBACK");
    await locker.end();
  }
  expect((await ended()).ingestion?.state).toBe("cancelled");
  expect((await as(analyst).readSchema({ params: place() })).tables.length).toBeGreaterThan(0);
  expect((await refresh()).ingestion?.state).toBe("done");
});
