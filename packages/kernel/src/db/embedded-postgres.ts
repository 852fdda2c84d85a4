import { mkdir, realpath } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chooseAccount, giveFolderTo } from "./embedded-postgres/account.ts";
import { embeddedPostgresBinaries, postgresBinariesIn } from "./embedded-postgres/binaries.ts";
import { clusterPaths } from "./embedded-postgres/cluster-paths.ts";
import { connectionString, ensureCluster, readPassword } from "./embedded-postgres/cluster.ts";
import { explainFailure } from "./embedded-postgres/failures.ts";
import {
  type Postmaster,
  runningPort,
  startPostmaster,
  stopOrphan,
  stopPostmaster,
} from "./embedded-postgres/postmaster.ts";
import { StartError } from "./start-error.ts";

type Log = { info(message: string): void; warn(message: string): void };

export type EmbeddedPostgres = {
  /** For the owner of the database, who may do everything in it. Stays the same until `stop`. */
  connectionString: string;
  logFile: string;
  /** Ends PostgreSQL cleanly; resolves when it is gone. */
  stop(): Promise<void>;
};

type StartOptions = { dataDirectory: string; log: Log; binaryFolder?: string; disposable?: boolean };

// Sized for a laptop that does other work too; a team that needs more sets DATABASE_URL.
const defaultSettings = {
  shared_buffers: "64MB",
  max_connections: "100",
  max_wal_size: "512MB",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_checkpoints: "off",
  log_line_prefix: "%m [%p] ",
  cluster_name: "mindmesh",
};

// For data that nobody misses after a power cut: tests.
const disposableSettings = { fsync: "off", full_page_writes: "off" };

/**
 * Starts a PostgreSQL of our own with its data in `<dataDirectory>/postgres`, made at the first start. It listens on a
 * free port of the loopback address only. One that a killed server left behind is stopped first; one that dies while
 * we run is started again on the same port. The caller holds `lockDataDirectory`.
 * `binaryFolder` holds another PostgreSQL's programs; `disposable` trades safety against power cuts for speed.
 * Throws StartError with what is wrong, where, and what to do.
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const paths = clusterPaths(path.resolve(options.dataDirectory, "postgres"));
    throw new StartError(explainFailure("a file or folder cannot be used", error.message, paths), { cause: error });
  }
}

async function start({
  dataDirectory,
  log,
  binaryFolder,
  disposable = false,
}: StartOptions): Promise<EmbeddedPostgres> {
  const binaries = binaryFolder ? await postgresBinariesIn(binaryFolder) : await embeddedPostgresBinaries();
  const paths = clusterPaths(await makeHome(dataDirectory));
  const account = await chooseAccount(paths.home, binaries.postgres);
  await giveFolderTo(account, paths.home);
  const password = await ensureCluster(paths, binaries, account, { progress: (line) => log.info(line), disposable });
  if (await stopOrphan(paths, binaries)) log.warn("Stopped a PostgreSQL that an earlier server had left behind");

  const settings = { ...defaultSettings, ...(disposable ? disposableSettings : {}) };
  const startOn = (port?: number) => startPostmaster(paths, binaries, account, settings, port);
  const supervised = supervise(await startOn(), startOn, log);
  return {
    connectionString: connectionString(supervised.port, password),
    logFile: paths.logFile,
    stop: async () => stopPostmaster(await supervised.release(), paths, binaries),
  };
}

/** Starts PostgreSQL again on its port whenever it ends by itself, until `release` gives the process back. */
function supervise(first: Postmaster, startOn: (port: number) => Promise<Postmaster>, log: Log) {
  const released = new AbortController();
  let current = first.process;
  let restarting: Promise<void> = Promise.resolve();
  const watch = () => {
    current.once("exit", (code, signal) => {
      if (released.signal.aborted) return;
      log.warn(`PostgreSQL ended by itself (${signal ?? code}); starting it again`);
      restarting = restart();
    });
  };
  const restart = async () => {
    for (let pauseMs = 100; !released.signal.aborted; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        current = (await startOn(first.port)).process;
        return watch();
      } catch (error) {
        log.warn(error instanceof Error ? error.message : String(error));
        await wait(pauseMs, undefined, { signal: released.signal }).catch(() => {}); // `release` cuts the pause short
      }
    }
  };
  // PostgreSQL has a session of its own, so nothing else would end it when this process exits without `release`.
  const atExit = () => current.kill("SIGINT");
  process.once("exit", atExit);
  watch();
  return {
    port: first.port,
    async release() {
      released.abort();
      await restarting;
      process.off("exit", atExit);
      return current;
    },
  };
}

/**
 * The connection string of the PostgreSQL that a running server keeps in `<dataDirectory>/postgres`, or null when none
 * runs there: for the command line beside a running server.
 */
export async function findRunningEmbeddedPostgres(dataDirectory: string): Promise<string | null> {
  const home = await realpath(path.join(dataDirectory, "postgres")).catch(() => null);
  if (home === null) return null;
  const paths = clusterPaths(home);
  const port = await runningPort(paths);
  return port === null ? null : connectionString(port, await readPassword(paths));
}

async function makeHome(dataDirectory: string): Promise<string> {
  const home = path.resolve(dataDirectory, "postgres");
  await mkdir(dataDirectory, { recursive: true });
  await mkdir(home, { recursive: true, mode: 0o700 });
  return realpath(home); // what /proc says of a running PostgreSQL is compared with it
}
