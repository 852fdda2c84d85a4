import { createClient } from "@mindmesh/client";
import { connectionRoutes } from "@mindmesh/contracts/query/connections";
import { schemaRoutes } from "@mindmesh/contracts/query/schema";
import { connectionBody, createTestDatabase, eventually } from "@mindmesh/test-support";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { startKillableServer } from "./killable-server.ts";

test("a server that is killed while it reads a schema: the next one reads it, and nothing half-read was ever shown", async () => {
  const asked = await createTestDatabase();
  onTestFinished(() => asked.drop());
  const locker = new pg.Client({ connectionString: asked.url });
  await locker.connect();
  onTestFinished(() => locker.end());
  await using server = await startKillableServer();
  const { sql, workspaceId } = server;
  await locker.query("CREATE TABLE public.customers (id int PRIMARY KEY)");
  const query = () => createClient({ ...connectionRoutes, ...schemaRoutes }, server.options());

  // Holds up whoever wants to read the catalogue.
  await locker.query("BEGIN; LOCK TABLE pg_catalog.pg_attribute IN ACCESS EXCLUSIVE MODE");
  const { id: connectionId } = await query().createConnection({
    params: { workspaceId },
    body: { ...connectionBody(asked.url), privateAllowed: true },
  });
  const state = async () =>
    (await sql.query<{ state: string }>("SELECT state FROM query.readings")).rows.map((row) => row.state).join();
  await eventually(async () => expect(await state()).toBe("running"), 60);

  await server.kill();
  await locker.query("ROLLBACK");
  await server.startAgain();
  const params = { workspaceId, connectionId };
  const before = await query().readSchema({ params });
  expect(before.takenAt === null || before.tables.length > 0).toBe(true);
  await eventually(async () => expect(await state()).toBe("done"), 120);
  const { tables } = await query().readSchema({ params });
  expect(tables.map(({ name }) => name)).toContain("customers");
}, 420_000);
