import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  type KernelLanguage,
  type RunEvent,
  type Sandbox,
  type SandboxDriver,
  openSandbox,
  standardDrivers,
} from "@mindmesh/sandbox";
import { inParallel, percentile, spread } from "./figures.ts";

const cold = 30;
const together = 40;
/** What a wall keeps for the next run is there again. */
const settleMs = 2000;
const programs = {
  python: { source: "print(1)", command: "/usr/bin/python3", flags: ["-c", "print(1)"] },
  javascript: { source: "console.log(1)", command: process.execPath, flags: ["-e", "console.log(1)"] },
} satisfies Record<KernelLanguage, { source: string; command: string; flags: string[] }>;

/**
 * Start of a program behind each wall against the same program without one, in turns within the same run; runs per
 * second at 1 and 8 at once; the answer of a kept interpreter; and what 200 runs leave behind. Containers too where
 * CODE_IMAGE names an image (with CODE_ENGINE_SOCKET for an engine elsewhere).
 */
export async function sandbox(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mindmesh-bench-sandbox-"));
  try {
    const image = process.env["CODE_IMAGE"];
    const containers = image === undefined ? undefined : { image, socketPath: process.env["CODE_ENGINE_SOCKET"] };
    for (const driver of standardDrivers(folder, undefined, containers)) {
      await one(driver, path.join(folder, "of", driver.name), folder);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function one(driver: SandboxDriver, directory: string, folder: string): Promise<void> {
  const begun = performance.now();
  const walls = await openSandbox({ directory, drivers: [driver], concurrency: 8, log: () => {} });
  const described = walls.describe();
  console.log(`\n${driver.name}: open with self-test in ${(performance.now() - begun).toFixed(0)} ms`);
  if (described.driver === null) {
    console.log(`  off: ${described.reason}`);
    return;
  }
  try {
    for (const language of ["python", "javascript"] as const) await measure(walls, language, directory);
    await leavesNothing(walls, directory, folder);
  } finally {
    await walls.close();
  }
}

async function measure(walls: Sandbox, language: KernelLanguage, directory: string): Promise<void> {
  const bare: number[] = [];
  const walled: number[] = [];
  await run(walls, language, path.join(directory, "first"));
  for (let round = 0; round < cold; round += 1) {
    bare.push(await timed(() => bareProcess(language)));
    walled.push(await timed(() => run(walls, language, path.join(directory, "cold"))));
  }
  console.log(`  ${language} bare:   ${spread(bare)}`);
  console.log(
    `  ${language} walled: ${spread(walled)}, ${(percentile(walled, 0.5) / percentile(bare, 0.5)).toFixed(2)} x bare`,
  );
  for (const width of [1, 8]) {
    const count = Array.from({ length: together }, (_, index) => index);
    const bareMs = await timed(() => inParallel(count, width, () => bareProcess(language)));
    const walledMs = await timed(() =>
      inParallel(count, width, (index) => run(walls, language, path.join(directory, `at-once-${index % width}`))),
    );
    const perSecond = (ms: number) => `${((together / ms) * 1000).toFixed(1)}/s`;
    console.log(`  ${language} ${width} at once: bare ${perSecond(bareMs)}, walled ${perSecond(walledMs)}`);
  }
  const kernel = await walls.openKernel({ person: "bench", language, directory: path.join(directory, "kernel") });
  const echo = async () => finish(kernel.run({ source: "1", signal: new AbortController().signal }));
  await echo();
  const echoes: number[] = [];
  for (let round = 0; round < 100; round += 1) echoes.push(await timed(echo));
  console.log(`  ${language} kept interpreter, echo: ${spread(echoes)}`);
  await kernel.close();
}

async function leavesNothing(walls: Sandbox, directory: string, folder: string): Promise<void> {
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  const work = (index: number) => path.join(directory, `left-${index % 4}`);
  // What is made once, such as the folders of four conversations, is there before.
  await inParallel(numbers.slice(0, 4), 4, (index) => run(walls, "python", work(index)));
  await setTimeout(settleMs);
  const before = await traces(folder);
  await inParallel(numbers, 4, (index) => run(walls, "python", work(index)));
  await setTimeout(settleMs);
  const after = await traces(folder);
  const left = Object.entries(after).map(([kind, found]) => {
    const unknown = found.filter((each) => !before[kind]?.includes(each));
    // A wall may keep one started guest or launcher for the next run: another one now, but no more of them.
    const isOneKept = ["processes", "control groups"].includes(kind) && found.length <= (before[kind]?.length ?? 0);
    return [kind, isOneKept ? [] : unknown];
  });
  console.log(`  200 runs left: ${left.map(([kind, found]) => `${found?.length} ${String(kind)}`).join(", ")}`);
  if (left.some(([, found]) => found !== undefined && found.length > 0)) {
    console.log(left);
    process.exitCode = 1;
  }
}

/** Processes, mounts, control groups and files that a wall may make on the machine. */
async function traces(folder: string): Promise<Record<string, string[]>> {
  const processes: string[] = [];
  for (const name of await readdir("/proc").catch(() => [])) {
    const status = await readFile(`/proc/${name}/status`, "utf8").catch(() => "");
    const isOfWall = /^Name:\s+(bwrap|deno|containerd-shim\S*|docker-init)$/m.test(status);
    if (isOfWall && !/^State:\s+Z/m.test(status)) processes.push(name);
  }
  const mounts = (await readFile("/proc/self/mounts", "utf8").catch(() => "")).split("\n");
  const below = async (root: string) => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.map((entry) => path.join(entry.parentPath, entry.name));
  };
  const groups = (await below("/sys/fs/cgroup")).filter((name) => /mindmesh-run-[^/]*$|\/[0-9a-f]{64}$/.test(name));
  const temporary = (await readdir(tmpdir())).filter((name) => name.startsWith("mindmesh-"));
  return { processes, mounts, "control groups": groups, files: [...(await below(folder)), ...temporary] };
}

async function run(walls: Sandbox, language: KernelLanguage, directory: string): Promise<void> {
  const { source } = programs[language];
  const signal = new AbortController().signal;
  await finish(walls.run({ person: "bench", language, source, directory, signal }));
}

async function finish(events: AsyncIterable<RunEvent>): Promise<void> {
  for await (const event of events) {
    if (event.type === "finished" && event.exitCode !== 0) throw new Error(`A run failed: ${event.message}`);
  }
}

function bareProcess(language: KernelLanguage): Promise<void> {
  const { command, flags } = programs[language];
  return new Promise((resolve, reject) => {
    const child = spawn(command, flags, { stdio: ["pipe", "pipe", "pipe"] });
    child.stdout.resume();
    child.once("error", reject);
    child.once("close", () => resolve());
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
