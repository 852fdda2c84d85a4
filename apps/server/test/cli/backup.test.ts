import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, eventually, instanceRows } from "@mindmesh/test-support";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServerProcess } from "../server-process.ts";
import { runCommand, startCommand } from "./run-command.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let other: Awaited<ReturnType<typeof createTestDatabase>>;
let folder: string;
let backup: string;

async function sql<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client
    .query<Row>(statement)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

const settings = (url: string) => ({ DATABASE_URL: url, DATA_DIR: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mindmesh-backup-cli-"));
  await writeFile(join(folder, "secret.key"), `${"k".repeat(43)}\n`, { mode: 0o600 });
  database = await createTestDatabase();
  other = await createTestDatabase();
  // Enough that backup and restore take their time; random, so that it does not shrink.
  await sql(
    database.url,
    `INSERT INTO kernel.people (id, email, name) VALUES (gen_random_uuid(), 'a@example.org', 'A');
     INSERT INTO kernel.workspaces (id, name) VALUES (gen_random_uuid(), 'Large');
     INSERT INTO kernel.audit_log (workspace_id, id, action, details)
     SELECT w.id, gen_random_uuid(), 'test.written',
            jsonb_build_object('text', (SELECT string_agg(md5(random()::text || i || j), '') FROM generate_series(1, 60) j))
     FROM kernel.workspaces w, generate_series(1, 40000) i`,
  );
  backup = join(folder, "large.backup");
}, 120_000);
afterAll(async () => {
  await database.drop();
  await other.drop();
  await rm(folder, { recursive: true });
});

describe("backup and restore, killed", { timeout: 180_000 }, () => {
  it("leave no file under the backup's name when the backup is killed, and a second run is not in its way", async () => {
    const { child, ended } = startCommand(["backup", backup], settings(database.url));
    const partial = await eventually(async () => {
      const found = (await readdir(folder)).find((name) => name.endsWith(".partial"));
      expect((await stat(join(folder, found ?? "none"))).size).toBeGreaterThan(1_000_000);
      return found;
    }, 60);
    child.kill("SIGKILL");
    await ended;
    expect(await readdir(folder)).toEqual(expect.arrayContaining([partial]));
    expect(await readdir(folder)).not.toContain("large.backup");

    const again = await runCommand(["backup", backup], settings(database.url));
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(/large\.backup: \d+ MB, 40,\d+ rows, 0 files/);
    expect(again.stdout).toContain("The secret key is in it");
    expect((await stat(backup)).mode & 0o777).toBe(0o600);
  });

  it("remove what they wrote when they are interrupted", async () => {
    const before = await readdir(folder);
    const { child, ended } = startCommand(["backup", join(folder, "second.backup")], settings(database.url));
    await eventually(async () => {
      expect((await readdir(folder)).filter((name) => name.startsWith("second.backup"))).toHaveLength(1);
    }, 60);
    child.kill("SIGINT");
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining("Interrupted") as string });
    expect(await readdir(folder)).toEqual(before);
  });

  it("leave the target as it was when the restore is killed, whether it was empty or in use", async () => {
    await sql(
      other.url,
      "INSERT INTO kernel.people (id, email, name) VALUES (gen_random_uuid(), 'b@example.org', 'B')",
    );
    const before = await instanceRows(other.url);
    const refused = await runCommand(["restore", backup], settings(other.url));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("--replace") as string });
    const unasked = await runCommand(["restore", backup, "--replace"], settings(other.url));
    expect(unasked).toMatchObject({ code: 1, stderr: expect.stringContaining("--yes") as string });

    const key = await readFile(join(folder, "secret.key"), "utf8");
    const { child, ended } = startCommand(["restore", backup, "--replace", "--yes"], settings(other.url));
    await eventually(async () => {
      const copying = await sql(
        database.url,
        "SELECT 1 FROM pg_stat_progress_copy WHERE command = 'COPY FROM' AND tuples_processed > 5000",
      );
      expect(copying).toHaveLength(1);
    }, 90);
    child.kill("SIGKILL");
    await ended;
    await eventually(async () => {
      const open = await sql(
        database.url,
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'mindmesh-restore'",
      );
      expect(open).toEqual([]);
    }, 60);
    expect(await instanceRows(other.url)).toEqual(before);
    expect(await readFile(join(folder, "secret.key"), "utf8")).toBe(key);

    const done = await runCommand(["restore", backup, "--replace", "--yes"], settings(other.url));
    expect(done.code, done.stderr).toBe(0);
    expect(done.stdout).toMatch(/is sound: Mindmesh [\d.]+, made \d{4}-.*\nRestored 40,\d+ rows and 0 files/);
    expect(await instanceRows(other.url)).toMatchObject(await instanceRows(database.url));
  });
});

describe("an instance with the embedded database", { timeout: 240_000 }, () => {
  it("is backed up beside the running server, and restored into a new data directory", async () => {
    const home = join(folder, "home");
    const away = join(folder, "away");
    const file = join(folder, "embedded.backup");
    const environment = { DATA_DIR: home, PORT: "0", LOG_LEVEL: "warn" };
    const server = await startServerProcess(environment);
    const made = await runCommand(["user", "create", "--email", "a@example.org", "--name", "A"], { DATA_DIR: home });
    expect(made.code, made.stderr).toBe(0);
    const saved = await runCommand(["backup", file], { DATA_DIR: home });
    expect(saved.code, saved.stderr).toBe(0);
    const inUse = await runCommand(["restore", file, "--replace", "--yes"], { DATA_DIR: home });
    expect(inUse).toMatchObject({ code: 1, stderr: expect.stringContaining("already running") as string });
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);

    const restored = await runCommand(["restore", file], { DATA_DIR: away });
    expect(restored.code, restored.stderr).toBe(0);
    expect(await readFile(join(away, "secret.key"), "utf8")).toBe(await readFile(join(home, "secret.key"), "utf8"));
    const twice = await runCommand(["restore", file], { DATA_DIR: away });
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining("has 1 account") as string });
  });
});
