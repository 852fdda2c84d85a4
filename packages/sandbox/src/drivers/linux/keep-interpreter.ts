import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import type { DriverKernel, DriverOutcome, DriverSinks } from "../../driver.ts";
import type { RunLimits } from "../../limits.ts";
import { isDisplay, passOn } from "./run-program.ts";
import { readDisplays } from "./read-displays.ts";
import type { WallProcess } from "./wall-process.ts";

/** What an interpreter that is kept runs, behind a wall that takes commands. */
export const keptPrograms = {
  python: "/opt/mindmesh/python/mindmesh_kernel.py",
  javascript: "/opt/mindmesh/node/kernel.mjs",
};

/** How long to wait for the end marks of a program that has closed its own standard output. */
const markPatienceMs = 300;

interface Cell {
  id: string;
  sinks: DriverSinks;
  ended: Set<"stdout" | "stderr">;
  code: number | null;
  settle: () => void;
}

/** Speaks with an interpreter that stays (inside/python/mindmesh_kernel.py, inside/node/kernel.mjs) behind its wall. */
export function keepInterpreter(wall: WallProcess, limits: RunLimits): DriverKernel {
  let cell: Cell | null = null;
  let cells = 0;
  const heap = passOn(wall.stdout, wall.stderr, { output: () => {}, display: () => {} });
  wall.stdin.end();
  followMarks(wall.stdout, "stdout", () => cell);
  followMarks(wall.stderr, "stderr", () => cell);
  readDisplays(wall.display, (message) => {
    if (cell === null) return;
    if (isDisplay(message)) cell.sinks.display(message);
    if (!("done" in message) || message.done !== cell.id) return;
    const current = cell;
    current.code = "code" in message && typeof message.code === "number" ? message.code : 0;
    if (current.ended.size === 2) current.settle();
    else setTimeout(current.settle, markPatienceMs);
  });
  let outcome: (DriverOutcome & { fatal: boolean }) | null = null;
  const gone = wall.ended.then(({ exitCode, over, usage, message }) => {
    const ended = over ?? (heap.isFull() ? "memory" : exitCode === null ? "lost" : "exit");
    outcome = { ended, exitCode, ...usage, fatal: true, ...(message !== undefined && { message }) };
    cell?.settle();
    return outcome;
  });
  const messages = {
    exit: "The interpreter was ended by its own program.",
    cpu: "The interpreter used all its processor time and was stopped.",
    memory: "The interpreter used all its memory and was stopped.",
    lost: "The interpreter is gone.",
  };
  return {
    async run({ source, signal, output, display }) {
      if (outcome !== null) return outcome;
      cells += 1;
      const id = randomBytes(8).toString("hex");
      const before = await wall.usage();
      await wall.allowCpu(limits.cpuSeconds);
      const stop = () => wall.kill();
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
      const current = await new Promise<Cell>((resolve) => {
        const next: Cell = {
          id,
          sinks: { output, display },
          ended: new Set(),
          code: null,
          settle: () => resolve(next),
        };
        cell = next;
        void wall.command?.(JSON.stringify({ cell: id, name: `<cell-${cells}>`, source }));
        if (outcome !== null) next.settle();
      });
      cell = null;
      signal.removeEventListener("abort", stop);
      // Without its answer it settled because the interpreter is gone.
      if (current.code === null) {
        const last = await gone;
        return { ...last, cpuMs: Math.max(0, last.cpuMs - before.cpuMs) };
      }
      const after = await wall.usage();
      return {
        ended: "exit",
        exitCode: current.code,
        cpuMs: after.cpuMs - before.cpuMs,
        peakMemoryBytes: after.peakMemoryBytes,
        fatal: false,
      };
    },
    async close() {
      wall.kill();
      await gone;
    },
    closed: gone.then(({ ended, message }) => ({ ended, message: message ?? messages[ended] })),
  };
}

/** Hands output to the current cell up to its end mark (NUL, its id, NUL), which may come in pieces. */
function followMarks(stream: Readable, name: "stdout" | "stderr", current: () => Cell | null): void {
  let held = Buffer.alloc(0);
  stream.on("data", (bytes: Buffer) => {
    const cell = current();
    // What a thread prints between two runs has nowhere to go.
    if (cell === null) return;
    const mark = Buffer.from(`\0${cell.id}\0`);
    held = Buffer.concat([held, bytes]);
    const at = held.indexOf(mark);
    if (at === -1) {
      // The beginning of a mark may be at the end.
      const nul = held.indexOf(0, Math.max(0, held.length - mark.length + 1));
      const until = nul === -1 ? held.length : nul;
      if (until > 0) cell.sinks.output(name, held.subarray(0, until));
      held = held.subarray(until);
      return;
    }
    if (at > 0) cell.sinks.output(name, held.subarray(0, at));
    held = Buffer.alloc(0);
    cell.ended.add(name);
    if (cell.ended.size === 2 && cell.code !== null) cell.settle();
  });
}
