// `npm start`: installs what is missing, builds the web page if it changed, then runs the server with its own Node.
// Plain JavaScript without dependencies, because it runs on whatever Node (20 or newer) the machine has.
import { requireNode20 } from "./node-version.mjs";

requireNode20();
const { ensureInstalled } = await import("./install.mjs");
const { buildWeb } = await import("./build-web.mjs");
const { runProgram } = await import("./run-program.mjs");

await ensureInstalled({ tools: false });
await buildWeb();
await runProgram("apps/server/src/main.ts", process.argv.slice(2));
