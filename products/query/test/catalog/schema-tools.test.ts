import { connectionRoutes } from "@mindmesh/contracts/query/connections";
import { createClient } from "@mindmesh/client";
import type { Role } from "@mindmesh/contracts/permissions";
import { type TestPerson, type TestServer, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { storeCatalog } from "../../src/catalog/store-catalog.ts";
import { openDatabase } from "@mindmesh/kernel/db";
import { catalog, column, table, text } from "./fixture.ts";

let server: TestServer;
let owner: TestPerson;
let analyst: TestPerson;
let viewer: TestPerson;
let connectionId: string;
let version = 1;

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
  analyst = await join("Analyst", "analyst");
  viewer = await join("Viewer", "viewer");
  const made = await connections().createConnection({
    params: { workspaceId: owner.workspaceId },
    body: {
      name: "Shop",
      engine: "postgres",
      network: { host: "db.invalid", port: 5432, database: "shop", user: "reader" },
    },
  });
  connectionId = made.id;
  const db = openDatabase({ url: server.databaseUrl });
  const statistics = {
    nullShare: 0,
    distinct: 4711,
    averageBytes: 9,
    minimum: "anna@example.org",
    maximum: null,
    common: [],
  };
  const shop = catalog([
    table("customers", [column("id"), text("email", { statistics })], { rowEstimate: 4711, comment: "who buys" }),
    table("orders", [column("id"), column("customer_id")]),
  ]);
  await db.withWorkspace({ workspaceId: owner.workspaceId }, (tx) =>
    storeCatalog(
      tx,
      { workspaceId: owner.workspaceId, id: connectionId, engine: "postgres", hidden: [] },
      shop,
      new Date().toISOString(),
    ),
  );
  await db.close();
});

afterAll(() => server.close());

const connections = () => createClient(connectionRoutes, { baseUrl: server.url, token: () => owner.accessToken });

async function call(person: TestPerson, name: string, input: object) {
  const response = await person.fetch(`/api/workspaces/${owner.workspaceId}/tools/${name}/calls`, {
    method: "POST",
    body: JSON.stringify({ input }),
    headers: { "content-type": "application/json" },
  });
  return { status: response.status, text: await response.text() };
}

const consent = async (names: boolean, statistics: boolean, samples: boolean) => {
  const changed = await connections().changeConnection({
    params: { workspaceId: owner.workspaceId, connectionId },
    body: { version, consents: { names, statistics, samples } },
  });
  version = changed.version;
};

test("a model learns of a schema only what an admin has allowed, step by step", async () => {
  const refused = await call(analyst, "query.readSchema", { connectionId });
  expect(refused.text).toContain("Nobody has allowed names");
  expect(refused.text).not.toContain("customers");
  expect((await call(analyst, "query.searchSchema", { connectionId, query: "customers" })).text).not.toContain(
    "who buys",
  );

  await consent(true, false, false);
  const named = await call(analyst, "query.readSchema", { connectionId });
  expect(named.text).toContain("customers");
  expect(named.text).not.toMatch(/4711|anna@/);
  expect((await call(analyst, "query.searchSchema", { connectionId, query: "buys" })).text).toContain("customers");

  await consent(true, true, false);
  const counted = await call(analyst, "query.readSchema", { connectionId, tables: ["customers", "nothing"] });
  expect(counted.text).toContain("4711");
  expect(counted.text).not.toContain("anna@");
  expect(counted.text).toContain('"notFound":["nothing"]');

  await consent(true, true, true);
  expect((await call(analyst, "query.readSchema", { connectionId })).text).toContain("anna@example.org");
});

test("tools keep to the rights of the person: a viewer has none of them, an analyst does not have the schema read anew", async () => {
  const listed = await call(analyst, "query.listConnections", {});
  expect(listed.text).toContain("Shop");
  expect(listed.text).not.toContain("db.invalid");
  expect((await call(viewer, "query.listConnections", {})).status).toBe(403);
  expect((await call(analyst, "query.refreshSchema", { connectionId })).status).toBe(403);
  const other = await call(analyst, "query.readSchema", { connectionId: "01890000-0000-7000-8000-000000000000" });
  expect(other.status).toBe(404);
});
