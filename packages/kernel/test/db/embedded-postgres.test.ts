import { once } from "node:events";
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { findRunningEmbeddedPostgres, startEmbeddedPostgres } from "@mindmesh/kernel/db";
import { chooseAccount, spawnAs } from "../../src/db/embedded-postgres/account.ts";
import { embeddedPostgresBinaries } from "../../src/db/embedded-postgres/binaries.ts";
import { postgresPid, serverProgram, spawnNode, startServerProcess } from "./start-server-process.ts";

const quiet = { info: () => {}, warn: () => {} };
let folder: string;
vi.setConfig({ testTimeout: 120_000 }); // whole servers start and end here, on whatever else the machine does

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mindmesh data "));
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function query(url: string | undefined, text: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(text).finally(() => client.end());
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it("makes a database at the first start and has its rows again at the next", async () => {
  const first = await startEmbeddedPostgres({ dataDirectory: folder, log: quiet });
  await query(first.connectionString, "CREATE TABLE kept AS SELECT 'Grüße 🌍' AS text");
  expect(await findRunningEmbeddedPostgres(folder)).toBe(first.connectionString);
  await first.stop();
  expect(await findRunningEmbeddedPostgres(folder)).toBeNull();

  const second = await startEmbeddedPostgres({ dataDirectory: folder, log: quiet });
  const { rows } = await query(second.connectionString, "SELECT text, upper('é') FROM kept");
  await second.stop();
  expect(rows).toEqual([{ text: "Grüße 🌍", upper: "É" }]);
  expect(await readFile(second.logFile, "utf8")).toContain("database system is ready");
});

it("lets nobody in without the password, which only the owner of the folder can read", async () => {
  const postgres = await startEmbeddedPostgres({ dataDirectory: folder, log: quiet });
  const wrong = new URL(postgres.connectionString);
  wrong.password = "wrong";
  const refusal = await query(wrong.href, "SELECT 1").catch((error: Error) => error.message);
  const { rows } = await query(postgres.connectionString, "SHOW listen_addresses");
  await postgres.stop();

  expect(refusal).toContain("password authentication failed");
  expect(rows).toEqual([{ listen_addresses: "127.0.0.1" }]);
  expect((await stat(path.join(folder, "postgres/password"))).mode & 0o777).toBe(0o600);
  expect((await stat(path.join(folder, "postgres"))).mode & 0o777).toBe(0o700);
});

it("starts after a kill -9 of the server: ends the PostgreSQL that was left behind, keeps what was committed", async () => {
  const killed = await startServerProcess(folder);
  await query(killed.url, "CREATE TABLE kept AS SELECT 1 AS one");
  const orphan = postgresPid(folder);
  await killed.kill();
  expect(isAlive(orphan)).toBe(true);

  const next = await startServerProcess(folder);
  const { rows } = await query(next.url, "SELECT one FROM kept");
  const current = postgresPid(folder);
  await next.stop();
  expect(rows).toEqual([{ one: 1 }]);
  expect(current).not.toBe(orphan);
  expect(next.warnings.join()).toContain("left behind");
});

it("comes back at the same address after a kill -9 of PostgreSQL, with what was committed", async () => {
  const server = await startServerProcess(folder);
  await query(server.url, "CREATE TABLE kept AS SELECT 1 AS one");
  const killed = postgresPid(folder);
  process.kill(killed, "SIGKILL");

  const rowCount = async () => (await query(server.url, "SELECT one FROM kept")).rowCount;
  await expect.poll(rowCount, { timeout: 20_000 }).toBe(1);
  expect(postgresPid(folder)).not.toBe(killed);
  await server.stop();
  expect(server.warnings.join()).toContain("starting it again");
});

it("starts after both were killed with -9", async () => {
  const server = await startServerProcess(folder);
  await query(server.url, "CREATE TABLE kept AS SELECT 1 AS one");
  const postgres = postgresPid(folder);
  await server.kill();
  process.kill(postgres, "SIGKILL");

  const next = await startServerProcess(folder);
  const { rows } = await query(next.url, "SELECT one FROM kept");
  await next.stop();
  expect(rows).toEqual([{ one: 1 }]);
});

it("does not take another program for its PostgreSQL when the process id was given to it", async () => {
  const first = await startEmbeddedPostgres({ dataDirectory: folder, log: quiet });
  await first.stop();
  const bystander = spawnNode(["-e", "setTimeout(() => {}, 60_000)"]);
  const pidFile = path.join(folder, "postgres/cluster/postmaster.pid");
  await writeFile(pidFile, `${bystander.pid}\n${folder}/postgres/cluster\n1\n5432\n\n127.0.0.1\n0 0\nready   \n`);

  const next = await startEmbeddedPostgres({ dataDirectory: folder, log: quiet });
  await next.stop();
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  bystander.kill();
});

it("begins again when the first start was killed while it made the database", async () => {
  const interrupted = spawnNode([serverProgram, folder]);
  const exited = once(interrupted, "exit");
  const home = path.join(folder, "postgres");
  const unfinished = async () =>
    (await readdir(home).catch(() => [])).filter((name) => name.startsWith("cluster.new-"));
  await expect.poll(unfinished, { timeout: 20_000, interval: 20 }).toHaveLength(1);
  await wait(150); // into the middle of initdb
  interrupted.kill("SIGKILL");
  await exited;
  expect(await readdir(home)).not.toContain("cluster");

  const next = await startServerProcess(folder);
  const { rows } = await query(next.url, "SELECT current_database() AS name");
  await next.stop();
  expect(rows).toEqual([{ name: "mindmesh" }]);
  expect(await unfinished()).toEqual([]);
});

it("works where only its owner may enter, as in a clone under /root, with its programs there too", async () => {
  const closed = path.join(folder, "closed");
  await mkdir(closed, { mode: 0o700 });
  const { postgres } = await embeddedPostgresBinaries();
  const native = path.dirname(path.dirname(postgres));
  await cp(native, path.join(closed, "native"), { recursive: true, verbatimSymlinks: true });
  const start = () =>
    startEmbeddedPostgres({
      dataDirectory: path.join(closed, "data"),
      binaryFolder: path.join(closed, "native/bin"),
      log: quiet,
    });

  const first = await start();
  await query(first.connectionString, "CREATE TABLE kept AS SELECT 1 AS one");
  await first.stop();
  const second = await start();
  const { rows } = await query(second.connectionString, "SELECT one FROM kept");
  await second.stop();
  expect(rows).toEqual([{ one: 1 }]);
});

it("works for an ordinary user, who is told when the folder may not be written", async () => {
  const account = await chooseAccount(path.join(folder, "postgres"), process.execPath);
  if (account.kind === "user") await chown(folder, account.uid, account.gid);
  const asUser = (args: string[]) =>
    spawnAs(account, process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], cwd: "/" });

  const server = await startServerProcess(folder, asUser);
  const { rows } = await query(server.url, "SELECT 1 AS one");
  await server.kill();
  const next = await startServerProcess(folder, asUser);
  await next.stop();
  expect(rows).toEqual([{ one: 1 }]);
  expect(next.warnings.join()).toContain("left behind");

  await rm(path.join(folder, "postgres"), { recursive: true });
  await chmod(folder, 0o555);
  const { refused } = await startServerProcess(folder, asUser);
  await chmod(folder, 0o755);
  expect(refused).toMatch(/This user may not write .*chown/);
});

it("refuses data of another PostgreSQL version and of none, and leaves them as they are", async () => {
  const cluster = path.join(folder, "postgres/cluster");
  await mkdir(cluster, { recursive: true });
  await writeFile(path.join(cluster, "precious"), "rows");
  const start = () => startEmbeddedPostgres({ dataDirectory: folder, log: quiet });

  await expect(start()).rejects.toThrow(/is not a PostgreSQL data folder/);
  await writeFile(path.join(cluster, "PG_VERSION"), "12\n");
  await expect(start()).rejects.toThrow(/made by PostgreSQL 12, and this is PostgreSQL 18.*backup/s);
  expect(await readFile(path.join(cluster, "precious"), "utf8")).toBe("rows");
});

it("says what is damaged, where, and what to do when PostgreSQL cannot read its data", async () => {
  const first = await startEmbeddedPostgres({ dataDirectory: folder, log: quiet });
  await first.stop();
  await writeFile(path.join(folder, "postgres/cluster/global/pg_control"), Buffer.alloc(8192));
  const failure = startEmbeddedPostgres({ dataDirectory: folder, log: quiet });
  await expect(failure).rejects.toThrow(/does not start.*damaged.*restore a backup/s);
});

it("says that a program is missing or does not run, and what to do", async () => {
  const start = () => startEmbeddedPostgres({ dataDirectory: folder, log: quiet, binaryFolder: folder });
  await expect(start()).rejects.toThrow(/is missing: .*postgres.*npm ci/s);
  for (const name of ["postgres", "initdb", "pg_ctl"]) await writeFile(path.join(folder, name), "", { mode: 0o755 });
  await expect(start()).rejects.toThrow(/npm ci.*DATABASE_URL/s);
});
