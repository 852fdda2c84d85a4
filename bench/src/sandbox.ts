import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
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
const programs = {
  python: { source: "print(1)", command: "/usr/bin/python3", flags: ["-c", "print(1)"] },
  javascript: { source: "console.log(1)", command: process.execPath, flags: ["-e", "console.log(1)"] },
} satisfies Record<KernelLanguage, { source: string; command: string; flags: string[] }>;

/**
 * Start of a program behind each wall against the same program without one, in turns within the same run; runs per
 * second at 1 and 8 at once; the answer of a kept interpreter; and what 200 runs leave behind.
 */
export async function sandbox(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mindmesh-bench-sandbox-"));
  try {
    for (const driver of standardDrivers(folder)) await one(driver, path.join(folder, "of", driver.name));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function one(driver: SandboxDriver, directory: string): Promise<void> {
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
    await leavesNothing(walls, directory);
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

async function leavesNothing(walls: Sandbox, directory: string): Promise<void> {
  const before = await processes();
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  await inParallel(numbers, 4, (index) => run(walls, "python", path.join(directory, `left-${index % 4}`)));
  const left = (await processes()) - before;
  console.log(`  200 runs: ${left} processes of the wall more than before`);
}

/** Processes of bubblewrap and Deno that are not dead. */
async function processes(): Promise<number> {
  let count = 0;
  for (const name of await readdir("/proc").catch(() => [])) {
    const status = await readFile(`/proc/${name}/status`, "utf8").catch(() => "");
    if (/^Name:\s+(bwrap|deno)$/m.test(status) && !/^State:\s+Z/m.test(status)) count += 1;
  }
  return count;
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
