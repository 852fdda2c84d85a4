import { loadEnvironmentFile } from "./environment-file.ts";
import { readConfig } from "@mindmesh/kernel/config";
import { StartError, lockDataDirectory, reachDatabase, startEmbeddedPostgres } from "@mindmesh/kernel/db";
import { createLogger, endOnFatalErrors, openErrorReports } from "@mindmesh/kernel/observe";
import { type RunningServer, startServer } from "./server.ts";
import { version } from "./version.ts";

/** Starts what the configuration asks for; resolves when the server answers. */
async function start(): Promise<{ server: RunningServer; stop: () => Promise<void> }> {
  loadEnvironmentFile();
  const config = readConfig(process.env);
  const log = createLogger(config.LOG_LEVEL);
  const reports = await openErrorReports({ dsn: config.SENTRY_DSN, release: version, log });
  let stop = (): Promise<void> => Promise.resolve();
  endOnFatalErrors({ log, reports, stop: () => stop() });
  if (config.DATABASE_URL !== undefined) {
    await reachDatabase(config.DATABASE_URL);
    const server = await startServer(config, log, config.DATABASE_URL, { alone: false, reports });
    stop = async () => {
      await server.close();
      await reports.close();
    };
    return { server, stop };
  }
  const release = await lockDataDirectory(config.dataDirectory);
  const postgres = await startEmbeddedPostgres({ dataDirectory: config.dataDirectory, log });
  try {
    const server = await startServer(config, log, postgres.connectionString, { alone: true, reports });
    stop = async () => {
      await server.close();
      await postgres.stop();
      release();
      await reports.close();
    };
    return { server, stop };
  } catch (error) {
    await postgres.stop();
    release();
    throw error;
  }
}

function fail(error: unknown): never {
  const { syscall = "" } = error as NodeJS.ErrnoException;
  const known = error instanceof StartError || ["listen", "getaddrinfo"].includes(syscall);
  const message = error instanceof Error ? (known ? error.message : error.stack) : String(error);
  process.stderr.write(`\nMindmesh cannot start.\n${message ?? ""}\n`);
  process.exit(1);
}

const stopSignals = ["SIGINT", "SIGTERM"] as const;
let stopAsked = false;
for (const signal of stopSignals) process.once(signal, () => (stopAsked = true));

const { server, stop } = await start().catch(fail);
process.stdout.write(`\nMindmesh is ready on ${server.url.replace("127.0.0.1", "localhost")}\n`);

let stopping = false;
function shutDown(): void {
  if (stopping) return;
  stopping = true;
  process.stdout.write("Stopping: running answers get a moment to end.\n");
  stop().then(() => {
    process.stdout.write("Mindmesh has stopped.\n");
    process.exit(0);
  }, fail);
}
for (const signal of stopSignals) process.on(signal, shutDown);
// `npm start` was killed: nobody is left who could stop this server with Ctrl-C.
if (process.channel) process.on("disconnect", shutDown);
if (stopAsked) shutDown();
