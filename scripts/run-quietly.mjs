import { spawn } from "node:child_process";
import { root } from "./paths.mjs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program in the project's folder and keeps what it prints.
 * @returns {Promise<{ code: number | string, output: string }>} its exit code, or the name of the signal or system error
 */
export function runQuietly(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], windowsHide: true, ...options });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    // Ended in the middle, we take the program with us: an orphaned npm would go on writing into node_modules.
    const passOn = (signal) => {
      child.kill(signal);
      process.exit(130);
    };
    for (const signal of signals) process.once(signal, passOn);
    child.on("error", (error) => resolve({ code: error.code ?? error.message, output }));
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, passOn);
      resolve({ code: signal ?? code, output });
    });
  });
}
