import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { compileCache } from "../server-process.ts";

const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Starts the command line as a process of its own, with nothing in its environment but what is given. */
export function startCommand(args: string[], environment: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NODE_COMPILE_CACHE: compileCache, ...environment },
    cwd: "/", // where no .env lies
  });
  const outcome = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (outcome.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (outcome.stderr += text));
  const ended = once(child, "close").then(([code]): Outcome => ({ code: code as number | null, ...outcome }));
  return { child, ended };
}

export function runCommand(args: string[], environment: Record<string, string>): Promise<Outcome> {
  return startCommand(args, environment).ended;
}
