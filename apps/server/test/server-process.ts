import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../src/main.ts", import.meta.url));
// Where npm's scripts keep it too: a process starts in a fraction of the time.
export const compileCache = fileURLToPath(new URL("../../../node_modules/.cache/compile", import.meta.url));

export interface ServerProcess {
  child: ChildProcess;
  url: string;
  /** Everything printed so far. */
  output(): string;
  /** The exit code. */
  ended: Promise<number | null>;
}

/**
 * Starts the server as a process of its own, with nothing in its environment but what is given, on a free port.
 * @param main another version's program
 * @throws when it ends before it is ready, with what it printed
 */
export async function startServerProcess(environment: Record<string, string>, main = program): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      NODE_COMPILE_CACHE: compileCache,
      PORT: "0",
      ...environment,
    },
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ready = new Promise<string>((resolve) => {
    const read = (text: string) => {
      output += text;
      const url = /Server listening at (http:\/\/[\d.:]+)|is ready on (http:\S+)/.exec(output);
      if (url && output.includes("is ready")) resolve((url[1] ?? url[2] ?? "").replace("localhost", "127.0.0.1"));
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
  const early = ended.then((code): never => {
    throw new Error(`the server ended with ${code}:\n${output}`);
  });
  early.catch(() => undefined);
  return { child, url: await Promise.race([ready, early]), output: () => output, ended };
}

/** Signs the first person up on a server. */
export async function signUpOn({ url }: ServerProcess): Promise<{ token: string; workspaceId: string }> {
  const response = await fetch(`${url}/api/auth/sign-up`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Ann", email: "ann@example.org", password: "correct horse battery" }),
  });
  const { workspaces } = (await response.json()) as { workspaces: { id: string }[] };
  const token = /mm_access=([^;]+)/.exec(response.headers.getSetCookie().join(";"))?.[1] ?? "";
  return { token, workspaceId: workspaces[0]?.id ?? "" };
}
