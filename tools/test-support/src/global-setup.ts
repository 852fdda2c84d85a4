import { readdir } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { kernelMigrations, migrate } from "@mindmesh/kernel/db";
import type { TestProject } from "vitest/node";
import { startMariaDb } from "./mariadb.ts";
import { startTestPostgres } from "./postgres.ts";
import { findChromium, findMariaDb, findNativePostgres, findRedis } from "./programs.ts";
import { startRedis } from "./redis.ts";
import { makeRunFolder } from "./run-folder.ts";
import { templateName } from "./template-name.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** PostgreSQL of this run, as its owner; holds the migrated template that `createTestDatabase` copies. */
    databaseUrl: string;
    /** The machine's own PostgreSQL, empty, or null where none is installed. */
    nativePostgresUrl: string | null;
    /** The same PostgreSQL where it can make the extension HypoPG. */
    hypopgUrl: string | null;
    redisUrl: string | null;
    /** As its root, without TLS; no database in it. */
    mariaDbUrl: string | null;
    chromiumPath: string | null;
  }
}

/** Starts the real services that tests use, once for the whole run; gives back what ends and removes them all. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { folder, remove } = await makeRunFolder();
  const stops: (() => Promise<void>)[] = [];
  const teardown = async () => {
    await Promise.all(stops.map((stop) => stop()));
    remove();
  };
  const started = async (starting: Promise<{ url: string; stop(): Promise<void> }> | null) => {
    const service = await starting;
    if (service) stops.push(service.stop);
    return service && service.url;
  };

  try {
    const native = await findNativePostgres();
    const redis = await findRedis();
    const mariaDb = await findMariaDb();
    const wanted = process.env["TEST_DATABASE"] ?? "embedded";
    if (wanted === "native" && !native) throw new Error("TEST_DATABASE=native, but no PostgreSQL is installed here");
    const starting = [
      started(wanted === "native" ? null : startTestPostgres(path.join(folder, "embedded"), null)),
      started(native === null ? null : startTestPostgres(path.join(folder, "native"), native)),
      started(redis === null ? null : startRedis(path.join(folder, "redis"), redis)),
      started(mariaDb === null ? null : startMariaDb(path.join(folder, "mariadb"), mariaDb)),
    ] as const;
    await Promise.allSettled(starting); // when one fails, the others are known and can be stopped
    const [embeddedUrl, nativeUrl, redisUrl, mariaDbUrl] = await Promise.all(starting);
    const databaseUrl = embeddedUrl ?? nativeUrl;
    if (!databaseUrl) throw new Error("No PostgreSQL was started");
    await makeTemplate(databaseUrl);
    project.provide("databaseUrl", databaseUrl);
    project.provide("nativePostgresUrl", nativeUrl);
    project.provide("hypopgUrl", nativeUrl !== null && (await hasHypopg(nativeUrl)) ? nativeUrl : null);
    project.provide("redisUrl", redisUrl);
    project.provide("mariaDbUrl", mariaDbUrl);
    project.provide("chromiumPath", await findChromium());
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

async function hasHypopg(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const found = client.query("SELECT FROM pg_available_extensions WHERE name = 'hypopg'");
  return (await found.finally(() => client.end())).rows.length > 0;
}

/** A database with every table of the kernel and of all products, copied by each test that wants one. */
async function makeTemplate(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${templateName}`).finally(() => client.end());
  const url = new URL(databaseUrl);
  url.pathname = `/${templateName}`;
  await migrate(url.href, [kernelMigrations, ...(await productMigrations())]);
}

async function productMigrations() {
  const products = new URL("../../../products/", import.meta.url);
  const folders = await readdir(products, { withFileTypes: true });
  const owners = folders
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ schema: name, folder: new URL(`${name}/migrations/`, products) }));
  const present = await Promise.all(owners.map(({ folder }) => exists(folder)));
  return owners.filter((_, index) => present[index]);
}

function exists(folder: URL): Promise<boolean> {
  return readdir(folder).then(
    () => true,
    () => false,
  );
}
