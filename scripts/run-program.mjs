import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";
import { ownNode, root } from "./paths.mjs";
import { stop } from "./progress.mjs";

// V8 lets its nursery grow to 128 MB on a large machine, which a server at rest would keep. With 16 MB it rests at about
// 160 MB instead of 265 MB.
const v8Flags = ["--max-semi-space-size=16"];

/**
 * Runs one of the project's programs with its own Node in place of this one: same terminal, signals passed on, and
 * this process ends as the program ended. Compiled code is kept between starts. The channel between
 * the two tells the program when this process was killed.
 */
export async function runProgram(program, args) {
  const child = spawn(ownNode, [...v8Flags, path.join(root, program), ...args], {
    cwd: root,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { NODE_COMPILE_CACHE: path.join(root, "node_modules/.cache/compile"), ...process.env },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => stop(`${ownNode} does not run (${error.code}). Delete node_modules and start again.`));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
  await new Promise(() => {}); // the exit above ends this process
}
