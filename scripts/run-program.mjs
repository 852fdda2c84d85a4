import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";
import { ownNode, root } from "./paths.mjs";
import { stop } from "./progress.mjs";

/**
 * Runs one of the project's programs with its own Node in place of this one: same terminal, signals passed on, and
 * this process ends as the program ended. Compiled code is kept between starts.
 */
export async function runProgram(program, args) {
  const child = spawn(ownNode, [path.join(root, program), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { NODE_COMPILE_CACHE: path.join(root, "node_modules/.cache/compile"), ...process.env },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => stop(`${ownNode} does not run (${error.code}). Delete node_modules and start again.`));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
  await new Promise(() => {}); // the exit above ends this process
}
