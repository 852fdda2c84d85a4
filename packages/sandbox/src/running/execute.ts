import { rm } from "node:fs/promises";
import type { DriverOutcome, DriverSinks } from "../driver.ts";
import type { RunLimits } from "../limits.ts";
import type { FinishReason, RunEvent, SandboxLanguage } from "../sandbox.ts";
import { type CheckedFile, inWords } from "./check-request.ts";
import { outputCleaner } from "./clean-output.ts";
import { findError } from "./find-error.ts";
import { collectFiles, isDiskFull, isOverfull, prepareFolder, takeBack } from "./working-folder.ts";

const diskEveryMs = 200;
const holdMs = 15;
const mostDisplays = 100;
const mostDisplayBytes = 32 * 2 ** 20;
/** The end of standard error in which the place of an error is looked for. */
const tailLength = 64 * 1024;
/** 128 + the signals that a limit of one process is told by. */
const exitBySignal = { cpu: 128 + 24, fileSize: 128 + 25 };

interface Execution {
  directory: string;
  files: CheckedFile[];
  language: SandboxLanguage;
  limits: RunLimits;
  driver: string;
  /** Cancels it. */
  signal: AbortSignal;
  /** Where produced files are copied to; null: they are told of where they lie. */
  copyTo: string | null;
  start(job: DriverSinks & { signal: AbortSignal; outDirectory: string }): Promise<DriverOutcome>;
}

/**
 * Runs one program under all limits that are not the driver's: wall time, output, disk. Tells everything from `started`
 * to `finished`. Throws a `SandboxError` before `started` when the folder cannot be used. The caller removes `copyTo`.
 */
export async function execute(execution: Execution, tell: (event: RunEvent) => void): Promise<void> {
  const { limits, signal } = execution;
  const folder = await prepareFolder(execution.directory, execution.files, limits);
  const startedAt = performance.now();
  tell({ type: "started", driver: execution.driver });

  const stopper = new AbortController();
  let stopped: FinishReason | null = null;
  const stop = (reason: FinishReason) => {
    stopped ??= reason;
    stopper.abort();
  };
  const cancel = () => stop("cancelled");
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  const clock = setTimeout(() => stop("time"), limits.wallSeconds * 1000);
  const watching = watchDisk(execution, stopper.signal, () => stop("disk"));

  const output = outputSinks(limits, tell, () => stop("output"));
  let outcome: DriverOutcome;
  try {
    outcome = await execution.start({ ...output.sinks, signal: stopper.signal, outDirectory: folder.out });
  } catch (error) {
    const message = isDiskFull(error)
      ? "The server's disk is full, so the program could not be started. Nothing was changed; tell whoever runs the server."
      : `The sandbox failed: ${error instanceof Error ? error.message : String(error)}`;
    outcome = { ended: "lost", exitCode: null, message, cpuMs: 0, peakMemoryBytes: 0 };
  } finally {
    clearTimeout(clock);
    signal.removeEventListener("abort", cancel);
  }
  const endedBy = stopped as FinishReason | null;
  stopper.abort();
  await watching;
  output.end();

  let reason = endedBy ?? reasonOf(outcome);
  if (await isOverfull(folder, limits)) {
    if (reason === "exit") reason = "disk";
    await takeBack(folder, limits);
  }
  const missed = await collectFiles(folder, limits, execution.copyTo, tell);
  const failed = reason === "exit" && outcome.exitCode !== 0;
  const error = failed ? findError(execution.language, output.errorTail()) : undefined;
  tell({
    type: "finished",
    reason,
    exitCode: outcome.exitCode,
    message: [outcome.message ?? inPlainWords(reason, outcome.exitCode, limits), ...missedWords(missed)].join("\n"),
    ...(error && { error }),
    usage: {
      wallMs: Math.round(performance.now() - startedAt),
      cpuMs: Math.round(outcome.cpuMs),
      peakMemoryBytes: outcome.peakMemoryBytes,
      outputBytes: output.bytes(),
    },
  });
}

function missedWords(missed: string[]): string[] {
  if (missed.length === 0) return [];
  return [`The server's disk is full: ${missed.join(", ")} stayed in /data/out and could not be handed out.`];
}

/** Removes the copies of produced files once they have been told of and taken. */
export async function forgetCopies(copyTo: string | null): Promise<void> {
  if (copyTo !== null) await rm(copyTo, { recursive: true, force: true });
}

function reasonOf({ ended, exitCode }: DriverOutcome): FinishReason {
  if (ended !== "exit") return ended;
  if (exitCode === exitBySignal.cpu) return "cpu";
  return exitCode === exitBySignal.fileSize ? "disk" : "exit";
}

export function inPlainWords(reason: FinishReason, exitCode: number | null, limits: RunLimits): string {
  switch (reason) {
    case "exit":
      return exitCode === 0 ? "Finished." : `The program ended with exit code ${exitCode ?? "unknown"}.`;
    case "time":
      return `Stopped: it ran longer than ${limits.wallSeconds} s.`;
    case "cpu":
      return `Stopped: it used more than ${limits.cpuSeconds} s of processor time.`;
    case "memory":
      return `Stopped: it needed more than ${inWords(limits.memoryBytes)} of memory.`;
    case "output":
      return `Stopped: it printed or showed more than ${inWords(limits.outputBytes)} of text or ${mostDisplays} figures.`;
    case "disk":
      return (
        `Stopped: it wrote more than ${inWords(limits.diskBytes)}, ${limits.files} files or ` +
        `${inWords(limits.fileBytes)} in one file. What did not fit was removed.`
      );
    case "cancelled":
      return "Cancelled.";
    case "lost":
      return "The sandbox lost this program. Nothing of it is left; run it again.";
  }
}

async function watchDisk({ directory, limits }: Execution, signal: AbortSignal, overfull: () => void): Promise<void> {
  while (!signal.aborted) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, diskEveryMs);
      signal.addEventListener("abort", done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
    });
    // A folder that cannot be looked at is no reason to let a run write on.
    if (!signal.aborted && (await isOverfull({ directory }, limits).catch(() => true))) overfull();
  }
}

function outputSinks(limits: RunLimits, tell: (event: RunEvent) => void, excess: () => void) {
  const cleaners = { stdout: outputCleaner(), stderr: outputCleaner() };
  let bytes = 0;
  let displays = 0;
  let displayBytes = 0;
  let tail = "";
  // Held for a moment, as many programs write a few characters at a time.
  let held = "";
  let flushing: NodeJS.Timeout | undefined;
  let heldStream: "stdout" | "stderr" = "stdout";
  const flush = () => {
    clearTimeout(flushing);
    flushing = undefined;
    const text = held;
    held = "";
    if (text !== "") tell({ type: "output", stream: heldStream, text });
  };
  const say = (stream: "stdout" | "stderr", text: string) => {
    if (text === "") return;
    if (stream === "stderr") tail = (tail + text).slice(-tailLength);
    if (stream !== heldStream) flush();
    heldStream = stream;
    held += text;
    flushing ??= setTimeout(flush, holdMs);
  };
  const sinks: DriverSinks = {
    output(stream, chunk) {
      const room = limits.outputBytes - bytes;
      bytes += Math.min(chunk.byteLength, room);
      if (room > 0) say(stream, cleaners[stream].clean(chunk.subarray(0, room)));
      if (chunk.byteLength > room) excess();
    },
    display({ mime, data }) {
      flush();
      displays += 1;
      displayBytes += data.length;
      if (displays > mostDisplays || displayBytes > mostDisplayBytes) excess();
      else tell({ type: "display", mime, data });
    },
  };
  return {
    sinks,
    end() {
      for (const stream of ["stdout", "stderr"] as const) say(stream, cleaners[stream].end());
      flush();
    },
    bytes: () => bytes,
    errorTail: () => tail,
  };
}
