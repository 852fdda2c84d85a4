import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test, vi } from "vitest";
import { runIsolated } from "../../src/isolated/run-isolated.ts";
import type { IsolatedLimits } from "../../src/isolated/run-isolated.ts";

const program = new URL("./misbehaving.child.ts", import.meta.url);
const target = join(tmpdir(), `mindmesh-escaped-${process.pid}`);

async function run(act: string, limits: Partial<IsolatedLimits> = {}) {
  const all = { milliseconds: 20_000, memoryBytes: 200 * 2 ** 20, outputBytes: 500, ...limits };
  const outcome = await runIsolated(program, [act, target], Readable.from([]), all);
  return outcome.kind === "finished" ? outcome.output.toString() : outcome;
}

test("a program that loops for ever is killed at its time", async () => {
  expect(await run("loop for ever", { milliseconds: 700 })).toEqual({ kind: "out_of_time" });
});

test.each(["eat buffers", "eat objects"])("a program that would %s is killed at its memory limit", async (act) => {
  expect(await run(act)).toEqual({ kind: "out_of_memory" });
});

test("it cannot write a file", async () => {
  expect(await run("write a file")).toBe("ERR_ACCESS_DENIED");
  expect(existsSync(target)).toBe(false);
});

test("it cannot start a program", async () => {
  expect(await run("start a program")).toBe("ERR_ACCESS_DENIED");
});

test("it cannot run a string as code", async () => {
  expect(await run("run a string")).toBe("EvalError");
});

test("it sees nothing of our environment, where keys are", async () => {
  vi.stubEnv("SECRET_KEY", "a secret of the server");
  expect(await run("read the environment")).toBe('["MINDMESH_MEMORY_BYTES","MINDMESH_PARENT"]');
});

test("what a library prints does not get into the result", async () => {
  expect(await run("print to the console")).toBe("result");
});

test("more output than allowed is not taken for a result", async () => {
  expect(await run("write without end")).toMatchObject({ kind: "crashed" });
});

test("a crash is told from a result", async () => {
  expect(await run("crash")).toMatchObject({ kind: "crashed" });
});

test("a program that loops does not outlive a server that is killed", async () => {
  const source = `
    const { runIsolated } = await import(${JSON.stringify(new URL("../../src/isolated/run-isolated.ts", import.meta.url).href)});
    const { Readable } = await import("node:stream");
    const limits = { milliseconds: 60_000, memoryBytes: ${200 * 2 ** 20}, outputBytes: 500 };
    const running = runIsolated(new URL(${JSON.stringify(program.href)}), ["loop for ever"], Readable.from([]), limits);
    running.catch(() => undefined);
    setInterval(() => undefined, 1000);`;
  const server = spawn(process.execPath, ["--input-type=module", "--eval", source], { stdio: "ignore" });
  const child = await vi.waitFor(() => childOf(server.pid!), { timeout: 15_000 });
  server.kill("SIGKILL");
  await vi.waitFor(() => expect(isAlive(child)).toBe(false), { timeout: 15_000 });
});

/** The process that was started by `parent`. @throws while there is none */
function childOf(parent: number): number {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = stdout.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
  const found = pairs.find(([, parentOf]) => parentOf === parent)?.[0];
  if (found === undefined) throw new Error("not started yet");
  return found;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
