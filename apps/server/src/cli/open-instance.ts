import type { Config } from "@mindmesh/kernel/config";
import {
  type MigrationOwner,
  findRunningEmbeddedPostgres,
  kernelMigrations,
  lockDataDirectory,
  startEmbeddedPostgres,
} from "@mindmesh/kernel/db";
import { productMigrations } from "../products.ts";
import { CommandError } from "./command-error.ts";

/** Everything that owns tables in this program. */
export const migrationOwners: MigrationOwner[] = [kernelMigrations, ...productMigrations];

export interface Instance {
  databaseUrl: string;
  /** Of DATABASE_DIRECT_URL or DATABASE_URL; the database of a server that runs now; or one started for this command alone. */
  kind: "external" | "running" | "started";
  close(): Promise<void>;
}

const quiet = { info: () => undefined, warn: (message: string) => void process.stderr.write(`${message}\n`) };

/**
 * Finds the database that the server with this configuration uses; the embedded one is started when no server runs.
 * @param alone refuses while a server runs on the data directory
 * @throws StartError
 */
export async function openInstance(config: Config, { alone = false } = {}): Promise<Instance> {
  if (config.DATABASE_URL !== undefined) {
    const databaseUrl = config.DATABASE_DIRECT_URL ?? config.DATABASE_URL;
    return { databaseUrl, kind: "external", close: () => Promise.resolve() };
  }
  if (!alone) {
    const databaseUrl = await findRunningEmbeddedPostgres(config.dataDirectory);
    if (databaseUrl !== null) return { databaseUrl, kind: "running", close: () => Promise.resolve() };
  }
  const release = await lockDataDirectory(config.dataDirectory);
  try {
    const postgres = await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log: quiet });
    return {
      databaseUrl: postgres.connectionString,
      kind: "started",
      async close() {
        await postgres.stop();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** Runs `work` with the instance's database and closes what was opened for it, also after Ctrl-C. */
export async function withInstance<T>(
  config: Config,
  settings: { alone?: boolean },
  work: (instance: Instance, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const onSignal = () => interrupted.abort(new CommandError("Interrupted: nothing was changed."));
  // Kept for the whole time: a terminal and npm may both pass the same signal on.
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const instance = await openInstance(config, settings);
  try {
    return await work(instance, interrupted.signal);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await instance.close();
  }
}
