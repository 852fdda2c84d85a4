import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@mindmesh/client";
import { connectionRoutes } from "@mindmesh/contracts/query/connections";
import { schemaRoutes } from "@mindmesh/contracts/query/schema";
import { connectionBody, createTestDatabase, eventually } from "@mindmesh/test-support";
import pg from "pg";
import { expect, test } from "vitest";
import { startServerProcess } from "./server-process.ts";

test("a server that is killed while it reads a schema: the next one reads it, and nothing half-read was ever shown", async () => {
  const own = await createTestDatabase();
  const asked = await createTestDatabase();
  const locker = new pg.Client({ connectionString: asked.url });
  await locker.connect();
  const rows = new pg.Client({ connectionString: own.url });
  await rows.connect();
  const folder = await mkdtemp(join(tmpdir(), "mindmesh-killed-reading-"));
  const environment = { DATABASE_URL: own.url, DATA_DIR: folder };
  let server = await startServerProcess(environment);
  try {
    await locker.query("CREATE TABLE public.customers (id int PRIMARY KEY)");
    const response = await fetch(`${server.url}/api/auth/sign-up`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "ann@example.org", password: "correct horse", name: "Ann" }),
    });
    const { workspaces } = (await response.json()) as { workspaces: { id: string }[] };
    const workspaceId = workspaces[0]?.id ?? "";
    const token = /mm_access=([^;]+)/.exec(response.headers.getSetCookie().join(";"))?.[1] ?? "";
    const query = () =>
      createClient({ ...connectionRoutes, ...schemaRoutes }, { baseUrl: server.url, token: () => token });

    // Holds up whoever wants to read the catalogue.
    await locker.query("BEGIN; LOCK TABLE pg_catalog.pg_attribute IN ACCESS EXCLUSIVE MODE");
    const { id: connectionId } = await query().createConnection({
      params: { workspaceId },
      body: { ...connectionBody(asked.url), privateAllowed: true },
    });
    const state = async () =>
      (await rows.query<{ state: string }>("SELECT state FROM query.readings")).rows.map((row) => row.state).join();
    await eventually(async () => expect(await state()).toBe("running"), 60);

    server.child.kill("SIGKILL");
    await server.ended;
    await locker.query("ROLLBACK");
    server = await startServerProcess(environment);
    const params = { workspaceId, connectionId };
    const before = await query().readSchema({ params });
    expect(before.takenAt === null || before.tables.length > 0).toBe(true);
    await eventually(async () => expect(await state()).toBe("done"), 120);
    const { tables } = await query().readSchema({ params });
    expect(tables.map(({ name }) => name)).toContain("customers");
  } finally {
    server.child.kill("SIGKILL");
    await server.ended;
    await rows.end();
    await locker.end();
    await own.drop();
    await asked.drop();
    await rm(folder, { recursive: true, force: true });
  }
}, 420_000);
