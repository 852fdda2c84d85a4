/** From clone to ready, a warm start, and memory at rest, as a newcomer's machine would have them. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  return port;
}

/** Seconds from `npm start` to an answer of /ready; then `whileUp` runs, and the server is stopped. */
async function startOnce(
  project: string,
  dataDirectory: string,
  whileUp: (pid: number) => Promise<void> | void,
): Promise<number> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn("npm", ["start"], {
    cwd: project,
    env: { ...process.env, PORT: String(port), DATA_DIR: dataDirectory },
    stdio: "ignore",
    detached: true,
  });
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/ready`).catch(() => null))?.ok === true;
  while (!(await ready())) {
    if (child.exitCode !== null) throw new Error("npm start ended by itself");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seconds = (performance.now() - begun) / 1000;
  await whileUp(child.pid ?? 0);
  process.kill(-(child.pid ?? 0), "SIGINT");
  await once(child, "exit");
  return seconds;
}

/** Megabytes of a process and all below it, by the proportional share of each page (Linux); null elsewhere. */
function memoryBelow(pid: number, dataDirectory: string): number | null {
  if (process.platform !== "linux") return null;
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const read = (id: string, file: string) => {
    try {
      return readFileSync(`/proc/${id}/${file}`, "utf8");
    } catch {
      return "";
    }
  };
  const parent = new Map(processes.map((id) => [id, /^PPid:\s+(\d+)/m.exec(read(id, "status"))?.[1] ?? "0"]));
  const below = (id: string): boolean => id === String(pid) || (id !== "0" && below(parent.get(id) ?? "0"));
  // PostgreSQL runs in a session of its own and is found by its data folder.
  const postmasters = processes.filter((id) => read(id, "cmdline").includes(dataDirectory));
  const ours = processes.filter(
    (id) => below(id) || postmasters.includes(id) || postmasters.includes(parent.get(id) ?? ""),
  );
  // npm itself is not part of the server.
  const counted = ours.filter((id) => !/^npm|scripts\/start/.test(read(id, "cmdline").replaceAll("\0", " ")));
  const kilobytes = counted.map((id) => Number(/^Pss:\s+(\d+)/m.exec(read(id, "smaps_rollup"))?.[1] ?? 0));
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** Prints the figures. */
export async function start(): Promise<void> {
  const top = execFileSync("git", ["rev-parse", "--show-toplevel"], { encoding: "utf8" }).trim();
  const home = await mkdtemp(join(tmpdir(), "mindmesh-start-"));
  const project = join(home, "project");
  const data = join(home, "data");
  execFileSync("git", ["clone", "-q", top, project]);
  const cold = await startOnce(project, data, () => undefined);
  console.log(`fresh clone to ready   ${cold.toFixed(1)} s (target < 90 s)`);
  let memory: number | null = null;
  const warm = await startOnce(project, data, async (pid) => {
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    memory = memoryBelow(pid, data);
  });
  console.log(`warm npm start         ${warm.toFixed(1)} s (target < 5 s)`);
  console.log(
    `memory at rest         ${memory === null ? "not measured here" : `${Number(memory).toFixed(0)} MB`} with its database (target < 300 MB)`,
  );
  await rm(home, { recursive: true, force: true });
}
