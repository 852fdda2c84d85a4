import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Access, GuardKnowledge, Verdict } from "./guard.ts";
import { tooDeep } from "./unreadable.ts";

export interface ThreadRequest {
  sql: string;
  knowledge: GuardKnowledge;
  access: Access;
}

/** Null: the thread ran out of stack and is of no more use. */
export type ThreadAnswer = Verdict | null;

const secondsAtMost = 10;

let thread: Promise<Worker> | null = null;
let turn: Promise<unknown> = Promise.resolve();

/** Checks a long statement in a thread of its own, one after the other; one that takes too long is refused and ended. */
export function checkInThread(sql: string, knowledge: GuardKnowledge, access: Access): Promise<Verdict> {
  const verdict = turn.then(() => ask({ sql, knowledge, access }));
  turn = verdict.catch(() => undefined);
  return verdict;
}

async function ask(request: ThreadRequest): Promise<Verdict> {
  const worker = await (thread ??= startThread());
  worker.postMessage(request, []);
  const time = AbortSignal.timeout(secondsAtMost * 1000);
  try {
    const [answer] = (await once(worker, "message", { signal: time })) as [ThreadAnswer];
    if (answer !== null) return answer;
    await endThread(worker);
    return { ok: false, refusal: tooDeep };
  } catch (error) {
    await endThread(worker);
    if (!time.aborted) throw error;
    return {
      ok: false,
      refusal: { ...tooDeep, reason: `Checking it took longer than ${secondsAtMost} seconds.` },
    };
  }
}

/** Gives the thread once it has loaded the parsers and said so: that is not a statement's time. */
async function startThread(): Promise<Worker> {
  const worker = new Worker(new URL("./check-in-thread.child.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  worker.once("exit", () => {
    thread = null;
  });
  await once(worker, "message");
  worker.unref();
  return worker;
}

async function endThread(worker: Worker): Promise<void> {
  thread = null;
  await worker.terminate();
}
