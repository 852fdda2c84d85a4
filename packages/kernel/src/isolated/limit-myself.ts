import { writeSync } from "node:fs";
import { setPriority } from "node:os";
import { isMainThread, Worker } from "node:worker_threads";

/**
 * First act of an isolated program: a thread of its own watches memory and whether the parent still lives, and kills the
 * process; it works while a parser keeps the main thread busy. V8's heap limit alone does not count buffers.
 */
export function limitMyself(): void {
  try {
    setPriority(10);
  } catch {
    // Some systems do not allow it; being nice is optional.
  }
  // Libraries that print must not get between us and the result on stdout.
  // oxlint-disable-next-line no-console
  console.log = console.info = console.warn = console.error;
  new Worker(new URL(import.meta.url), { env: process.env }).unref();
}

if (!isMainThread) {
  const limit = Number(process.env.MINDMESH_MEMORY_BYTES);
  // Told by the parent: asked here, a parent that died at once would already be somebody else.
  const parent = Number(process.env.MINDMESH_PARENT);
  setInterval(() => {
    const tooMuch = process.memoryUsage.rss() > limit;
    if (tooMuch) writeSync(2, "OUT_OF_MEMORY\n");
    if (tooMuch || process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, 50);
}
