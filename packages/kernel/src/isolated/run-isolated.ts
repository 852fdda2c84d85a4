import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

export type IsolatedLimits = {
  milliseconds: number;
  /** Resident memory of the child, everything included. */
  memoryBytes: number;
  outputBytes: number;
  /** Kills the child; the result is then the signal's reason, thrown. */
  signal?: AbortSignal | undefined;
};

export type IsolatedOutcome =
  | { kind: "finished"; output: Buffer }
  | { kind: "out_of_time" }
  | { kind: "out_of_memory" }
  /** `detail` is for our log, not for a person: it may hold paths. */
  | { kind: "crashed"; detail: string };

/**
 * Runs a program of ours over content that nobody vouches for, in a process of its own: a parser that hangs, eats memory
 * or crashes takes nothing else with it. The child has an empty environment (no keys to leak), may not write files,
 * start processes or evaluate strings as code, runs at low priority, and is killed at its limits or when we die.
 * @param program reads its input from stdin to the end and writes its result to stdout; calls `limitMyself` first
 * @param nativeCode the program loads a native addon
 */
export async function runIsolated(
  program: URL,
  programArguments: string[],
  input: Readable,
  limits: IsolatedLimits,
  nativeCode = false,
): Promise<IsolatedOutcome> {
  // One that was aborted before tells nobody any more.
  if (limits.signal?.aborted) input.destroy();
  limits.signal?.throwIfAborted();
  const child = spawn(
    process.execPath,
    [
      "--no-warnings",
      "--permission",
      "--allow-fs-read=*",
      "--allow-worker",
      ...(nativeCode ? ["--allow-addons"] : []),
      "--disallow-code-generation-from-strings",
      `--max-old-space-size=${Math.floor(limits.memoryBytes / 2 ** 20)}`,
      fileURLToPath(program),
      ...programArguments,
    ],
    {
      env: { MINDMESH_MEMORY_BYTES: String(limits.memoryBytes), MINDMESH_PARENT: String(process.pid) },
      stdio: "pipe",
      windowsHide: true,
    },
  );
  let timedOut = false;
  const cancel = () => child.kill("SIGKILL");
  limits.signal?.addEventListener("abort", cancel);
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, limits.milliseconds);
  try {
    const ended = new Promise<{ code: number | null }>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code }));
    });
    const [{ code }, output, complaint] = await Promise.all([
      ended,
      collect(child.stdout, limits.outputBytes),
      collect(child.stderr, 8_000),
      // A child that has seen enough closes its input; that is not an error. A source that fails is one.
      pipeline(input, child.stdin).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE" || error.code === "ECONNRESET")
          return;
        child.kill("SIGKILL");
        throw error;
      }),
    ]);
    limits.signal?.throwIfAborted();
    if (timedOut) return { kind: "out_of_time" };
    const words = complaint.toString();
    if (/OUT_OF_MEMORY|heap out of memory|Array buffer allocation failed/.test(words)) return { kind: "out_of_memory" };
    if (code !== 0) return { kind: "crashed", detail: `exit ${code}: ${words}` };
    if (output.length >= limits.outputBytes) return { kind: "crashed", detail: "the output is larger than allowed" };
    return { kind: "finished", output };
  } finally {
    clearTimeout(timer);
    limits.signal?.removeEventListener("abort", cancel);
    child.kill("SIGKILL");
  }
}

/** The first `limit` bytes of a stream; the rest is read and dropped, so that the writer does not block. */
async function collect(stream: Readable, limit: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (bytes < limit) kept.push(chunk.subarray(0, limit - bytes));
    bytes += chunk.length;
  }
  return Buffer.concat(kept);
}
