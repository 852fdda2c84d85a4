import type { Readable } from "node:stream";
import type { DriverDisplay, DriverJob, DriverOutcome, DriverSinks } from "../../driver.ts";
import { readDisplays } from "./read-displays.ts";
import type { WallProcess } from "./wall-process.ts";

/** Sees one program through to its end, behind the wall that was put up for it. */
export async function runProgram(wall: WallProcess, job: DriverJob): Promise<DriverOutcome> {
  const stop = () => wall.kill();
  job.signal.addEventListener("abort", stop, { once: true });
  if (job.signal.aborted) stop();
  wall.stdin.end(job.stdin);
  const heap = passOn(wall.stdout, wall.stderr, job);
  readDisplays(wall.display, (message) => {
    if (isDisplay(message)) job.display(message);
  });
  const { exitCode, over, usage, message } = await wall.ended;
  job.signal.removeEventListener("abort", stop);
  const ended = over ?? (heap.isFull() ? "memory" : exitCode === null && !job.signal.aborted ? "lost" : "exit");
  return { ended, exitCode, ...usage, ...(message !== undefined && { message }) };
}

/** Hands the output on, and sees when V8 gives up because its heap is full. */
export function passOn(stdout: Readable, stderr: Readable, sinks: DriverSinks): { isFull(): boolean } {
  let tail = "";
  stdout.on("data", (bytes: Buffer) => sinks.output("stdout", bytes));
  stderr.on("data", (bytes: Buffer) => {
    tail = (tail + bytes.toString("latin1")).slice(-20_000);
    sinks.output("stderr", bytes);
  });
  return { isFull: () => tail.includes("FATAL ERROR: ") && tail.includes("JavaScript heap out of memory") };
}

export function isDisplay(message: object): message is DriverDisplay {
  return (
    "mime" in message &&
    ["image/png", "image/svg+xml", "text/html"].includes(String(message.mime)) &&
    "data" in message &&
    typeof message.data === "string"
  );
}
