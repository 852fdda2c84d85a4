import type { DriverReport, SandboxDriver } from "../driver.ts";
import type { RunLimits } from "../limits.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { RunEvent, SandboxLanguage } from "../sandbox.ts";
import { eventChannel } from "./event-channel.ts";
import { forgetCopies } from "./execute.ts";
import type { FairQueue } from "./fair-queue.ts";

/** What of a sandbox its runs and kernels need. */
export interface Ground {
  driver: SandboxDriver;
  report: Extract<DriverReport, { passed: true }>;
  queue: FairQueue;
  limits: RunLimits;
  /** Folder of copies of produced files. */
  copies: string;
  /** Working directories with a program in them, and how many. */
  busy: Map<string, number>;
  /** Aborted when the sandbox closes. */
  closing: AbortSignal;
}

/**
 * Waits in the queue, performs, and hands on what is told. Who leaves the loop early cancels. `perform` gives back the
 * folder of copies, which lives until the last event has been taken.
 */
export async function* inTurn(
  ground: Ground,
  { person, signal: given }: { person: string; signal: AbortSignal },
  track: (done: Promise<void>) => void,
  perform: (turn: { signal: AbortSignal; tell: (event: RunEvent) => void }) => Promise<string | null>,
): AsyncGenerator<RunEvent, void, undefined> {
  const left = new AbortController();
  const signal = AbortSignal.any([given, left.signal, ground.closing]);
  const channel = eventChannel();
  let copies: string | null = null;
  const work = async () => {
    const leave = await ground.queue.enter(person, signal, (position) => channel.push({ type: "queued", position }));
    if (leave === null) {
      const usage = { wallMs: 0, cpuMs: 0, peakMemoryBytes: 0, outputBytes: 0 };
      const message = "Cancelled before it began.";
      channel.push({ type: "finished", reason: "cancelled", exitCode: null, message, usage });
      return;
    }
    try {
      copies = await perform({ signal, tell: channel.push });
    } finally {
      leave();
    }
  };
  const done = work().then(channel.end, channel.fail);
  track(done);
  try {
    yield* channel;
  } finally {
    left.abort();
    await done;
    await forgetCopies(copies);
  }
}

export function checkOffer({ driver, report }: Ground, language: SandboxLanguage, hosts: string[]): void {
  if (!report.languages.some((known) => known.language === language)) {
    const message = `The sandbox of this server (${driver.name}) has no ${language}.`;
    throw new SandboxError("invalid_fields", { fields: { language: message } });
  }
  if (hosts.length > 0 && driver.reachesHosts !== true) {
    const message = `The sandbox of this server (${driver.name}) has no way to the network.`;
    throw new SandboxError("invalid_fields", { fields: { hosts: message } });
  }
}

/** Marks a directory as in use until it is disposed of. */
export function occupy(busy: Map<string, number>, directory: string): AsyncDisposable {
  busy.set(directory, (busy.get(directory) ?? 0) + 1);
  return {
    async [Symbol.asyncDispose]() {
      const left = (busy.get(directory) ?? 1) - 1;
      if (left > 0) busy.set(directory, left);
      else busy.delete(directory);
    },
  };
}
