// A server's part that matters to these tests, as a process of its own that they can kill: takes the data directory
// (argument 1), starts PostgreSQL in it, says where, and stays until it is told to end.
import { lockDataDirectory } from "../../src/db/data-directory-lock.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded-postgres.ts";

const dataDirectory = process.argv[2] ?? "";
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
const warn = (message: string) => say({ warning: message });
try {
  const release = await lockDataDirectory(dataDirectory);
  const postgres = await startEmbeddedPostgres({ dataDirectory, log: { info: () => {}, warn } });
  process.once("SIGTERM", () => {
    void postgres.stop().then(() => {
      release();
      process.exit(0);
    });
  });
  say({ url: postgres.connectionString });
} catch (error) {
  say({ refused: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
