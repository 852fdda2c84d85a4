// `npm run mindmesh -- <command>`: the command line, run with the project's own Node.
import { requireNode20 } from "./node-version.mjs";

requireNode20();
const { ensureInstalled } = await import("./install.mjs");
const { runProgram } = await import("./run-program.mjs");

await ensureInstalled({ tools: false });
await runProgram("apps/server/src/cli/main.ts", process.argv.slice(2));
