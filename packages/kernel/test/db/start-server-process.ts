import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

type Message = { url?: string; refused?: string; warning?: string };

export const serverProgram = fileURLToPath(new URL("server-process.ts", import.meta.url));

/**
 * Starts server-process.ts on `dataDirectory`; resolves once it is ready or has refused. `launch` may start it under
 * another account. `kill` is a kill -9 that waits for the end; `stop` is a SIGTERM that does.
 */
export async function startServerProcess(dataDirectory: string, launch = spawnNode) {
  const child = launch([serverProgram, dataDirectory]);
  const exited = once(child, "exit");
  const warnings: string[] = [];
  const first = await new Promise<Message>((resolve, reject) => {
    child.once("error", reject);
    if (!child.stdout) throw new Error("the server process has no output");
    createInterface(child.stdout)
      .on("line", (line) => {
        const message = JSON.parse(line) as Message;
        if (message.warning === undefined) resolve(message);
        else warnings.push(message.warning);
      })
      .on("close", () => resolve({}));
  });
  const end = (signal: NodeJS.Signals) => async () => {
    child.kill(signal);
    await exited;
  };
  return { ...first, pid: child.pid, warnings, kill: end("SIGKILL"), stop: end("SIGTERM") };
}

export function spawnNode(args: string[]): ChildProcess {
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** The process id of the PostgreSQL that runs on the data directory. */
export function postgresPid(dataDirectory: string): number {
  return Number.parseInt(readFileSync(path.join(dataDirectory, "postgres/cluster/postmaster.pid"), "utf8"), 10);
}
