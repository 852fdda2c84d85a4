import type { WorkerAnswer, WorkerAsk } from "./worker-messages.ts";

type Ask = WorkerAsk extends infer Each ? (Each extends WorkerAsk ? Omit<Each, "id"> : never) : never;

let worker: Worker | null = null;
let count = 0;
const waiting = new Map<
  number,
  { resolve: (value: unknown) => void; reject: (error: Error) => void; progress: ((share: number) => void) | undefined }
>();

function opened(): Worker {
  if (worker) return worker;
  worker = new Worker(new URL("result-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<WorkerAnswer>) => {
    const known = waiting.get(data.id);
    if (data.type === "progress") return known?.progress?.(data.share);
    waiting.delete(data.id);
    if (data.type === "done") known?.resolve(data.value);
    else known?.reject(new Error(data.message));
    return undefined;
  });
  worker.addEventListener("error", () => {
    for (const { reject } of waiting.values()) reject(new Error("The rows could not be read on this page."));
    waiting.clear();
    worker = null;
  });
  return worker;
}

/** Asks the worker that holds results. The caller knows what answer belongs to what it asks. */
export function askWorker<T>(ask: Ask, progress?: (share: number) => void): Promise<T> {
  count += 1;
  const id = count;
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  waiting.set(id, { resolve, reject, progress });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker, not a window
  opened().postMessage({ ...ask, id });
  return promise as Promise<T>;
}
