import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { checkMigrations, openDatabase } from "@mindmesh/kernel/db";
import { createTestDatabase, skipUnless, startTestServer } from "@mindmesh/test-support";
import { Redis } from "ioredis";
import pg from "pg";
import { describe, expect, inject, it } from "vitest";

const ready = async (url: string) => {
  const response = await fetch(`${url}/ready`);
  return { status: response.status, body: await response.json() };
};

describe("a server", () => {
  it("is ready while its database answers and no longer when that is gone, yet stays alive", async () => {
    const database = await createTestDatabase();
    const server = await startTestServer({ databaseUrl: database.url });
    expect(await ready(server.url)).toEqual({
      status: 200,
      body: { status: "ready", checks: { database: "ok", migrations: "ok" } },
    });
    const name = new URL(database.url).pathname.slice(1);
    const owner = new pg.Client({ connectionString: inject("databaseUrl") });
    await owner.connect();
    await owner.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await owner.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [name]);
    expect(await ready(server.url)).toEqual({
      status: 503,
      body: { status: "not ready", checks: { database: "failed", migrations: "failed" } },
    });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await owner.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    expect((await ready(server.url)).status).toBe(200);
    await server.close();
    await owner.end();
    await database.drop();
  });

  it("is not ready while a migration of its version has not run; one of a newer version does not matter", async () => {
    const database = await createTestDatabase();
    const db = openDatabase({ url: database.url });
    const folder = await mkdtemp(join(tmpdir(), "mindmesh-migrations-"));
    const kernel = new URL("../../../../packages/kernel/migrations/", import.meta.url);
    for (const file of await readdir(kernel)) await symlink(new URL(file, kernel), join(folder, file));
    const owner = { schema: "kernel", folder: pathToFileURL(`${folder}/`) };
    await db.pool.query("INSERT INTO kernel.migrations (name, run_on) VALUES ('9998_of_a_newer_version', now())");
    await expect(checkMigrations(db, [owner])).resolves.toBeUndefined();
    await writeFile(join(folder, "9999_next.sql"), "-- Up Migration\n");
    await expect(checkMigrations(db, [owner])).rejects.toThrow("kernel/9999_next");
    await db.close();
    await database.drop();
    await rm(folder, { recursive: true });
  });
});

skipUnless("redis")("a server with Redis", () => {
  it("is not ready while Redis does not answer", async () => {
    const REDIS_URL = inject("redisUrl") ?? "";
    const server = await startTestServer({ environment: { REDIS_URL } });
    expect(await ready(server.url)).toMatchObject({ status: 200, body: { checks: { redis: "ok" } } });
    const other = new Redis(REDIS_URL);
    await other.call("CLIENT", "PAUSE", "2500", "ALL");
    expect(await ready(server.url)).toMatchObject({ status: 503, body: { checks: { redis: "failed" } } });
    await other.call("CLIENT", "UNPAUSE").catch(() => undefined);
    other.disconnect();
    await server.close();
  });
});
