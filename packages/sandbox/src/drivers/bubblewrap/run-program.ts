import type { Readable } from "node:stream";
import type { DriverDisplay, DriverJob, DriverOutcome, DriverSinks } from "../../driver.ts";
import { readDisplays } from "./read-displays.ts";
import { type Yard, startWall } from "./wall-process.ts";

/** Runs one program in a wall of its own. */
export async function runBehindWall(yard: Yard, job: DriverJob): Promise<DriverOutcome> {
  const wall = await startWall(yard, { ...job, program: [`/data/work/${job.entry}`], commands: false });
  const stop = () => wall.kill();
  job.signal.addEventListener("abort", stop, { once: true });
  if (job.signal.aborted) stop();
  wall.stdin.end(job.stdin);
  const heap = passOn(wall.stdout, wall.stderr, job);
  readDisplays(wall.display, (message) => {
    if (isDisplay(message)) job.display(message);
  });
  const { exitCode, over, usage } = await wall.ended;
  job.signal.removeEventListener("abort", stop);
  const ended = over ?? (heap.isFull() ? "memory" : exitCode === null && !job.signal.aborted ? "lost" : "exit");
  return { ended, exitCode, ...usage };
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
