import { readConfig } from "@mindmesh/kernel/config";
import { createLogger } from "@mindmesh/kernel/observe";
import { startServer } from "./server.ts";

try {
  process.loadEnvFile();
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
const config = readConfig(process.env);
const log = createLogger(config.LOG_LEVEL);
const server = await startServer(config, log, config.DATABASE_URL ?? "", { alone: false });
log.info({ url: server.url }, "Mindmesh is ready");

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "did not stop cleanly");
        process.exit(1);
      },
    );
  });
}
