import type { DriverJob, DriverOutcome } from "../../driver.ts";
import type { Frame } from "./frames.ts";
import type { Guest } from "./guest.ts";
import { keepFiles, listRunFiles, readRunFile } from "./host-files.ts";
import type { FromGuest } from "./messages.ts";
import { type ProcessUse, watchProcess } from "./watch-process.ts";

/** Answers a guest's `fetch`, after asking the list of hosts. Rejects with plain words when it may not be. */
export type GuestFetch = (
  request: { url: string; method: string; headers: [string, string][]; body: Uint8Array },
  hosts: readonly string[],
  signal: AbortSignal,
) => Promise<{ status: number; headers: [string, string][]; body: Uint8Array }>;

export interface GuestRun extends Omit<DriverJob, "id" | "language"> {
  source: string;
  typescript: boolean;
  /** Variables stay for the next run, and a run that is stopped is first asked to end by itself. */
  keep: boolean;
  /** What the guest has of the run's files already, by path. */
  sent: Map<string, string>;
  fetch: GuestFetch;
}

// Deno's own threads; a guest that has more than these and those allowed has started some.
const runtimeThreads = 32;
const interruptMs = 400;

/**
 * Runs a source in a guest: takes the run's files in, passes on what it says, keeps what it made, and kills it at its
 * limits or when the run is to end.
 * @returns the outcome, and whether the guest can run more
 */
export async function runInGuest(guest: Guest, run: GuestRun): Promise<DriverOutcome & { alive: boolean }> {
  const { limits, signal } = run;
  let ended: DriverOutcome["ended"] | undefined;
  let message: string | undefined;
  const stop = (reason: DriverOutcome["ended"], words: string) => {
    if (ended !== undefined) return;
    ended = reason;
    message = words;
    void guest.kill();
  };
  const watched = watchProcess(guest.pid, (use: ProcessUse) => {
    if (use.memoryBytes > limits.memoryBytes + guest.startedBytes)
      stop("memory", "The program used more memory than allowed.");
    else if (use.cpuMs > limits.cpuSeconds * 1000) stop("cpu", "The program used more processor time than allowed.");
    else if (use.threads > runtimeThreads + limits.processes)
      stop("lost", "The program started more threads than allowed.");
  });
  const onAbort = () => {
    if (!run.keep) return void guest.kill();
    void guest.send({ type: "interrupt" });
    setTimeout(() => {
      if (done === undefined) void guest.kill();
    }, interruptMs);
  };
  let done: (FromGuest & { type: "done" }) | undefined;
  const fetches = new AbortController();
  try {
    const finished = new Promise<void>((resolve) => {
      const kept = keepFiles(run, limits);
      guest.listen(async ({ header, body }) => {
        if (done !== undefined || signal.aborted) {
          // Nothing of a run that was stopped is kept; only its end matters.
          if (header.type === "done") resolve(settle(header));
          return;
        }
        if (header.type === "output") run.output(header.stream === "stderr" ? "stderr" : "stdout", body);
        else if (header.type === "display") run.display({ mime: header.mime, data: new TextDecoder().decode(body) });
        else if (header.type === "file") {
          await kept.keep(header.path, body);
          run.sent.delete(header.path);
        } else if (header.type === "removed") await kept.remove(header.path);
        else if (header.type === "fetch") void answerFetch(guest, run, { header, body }, fetches.signal);
        else if (header.type === "done") {
          const problem = kept.problem() ?? header.disk;
          if (problem !== undefined) run.output("stderr", new TextEncoder().encode(`${problem}\n`));
          resolve(settle(header));
        }
      });
    });
    const settle = (header: FromGuest & { type: "done" }) => {
      done = header;
    };
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    await sendFiles(guest, run);
    const { outputBytes, diskBytes, files, fileBytes } = limits;
    await guest.send(
      {
        type: "run",
        entry: run.entry.startsWith("<") ? run.entry : `/data/work/${run.entry}`,
        source: run.source,
        typescript: run.typescript,
        keep: run.keep,
        hosts: run.hosts.length > 0,
        limits: { outputBytes, diskBytes, files, fileBytes },
      },
      run.stdin,
    );
    await Promise.race([finished, guest.exited]);
    await rememberFiles(run);
  } finally {
    fetches.abort();
    signal.removeEventListener("abort", onAbort);
    guest.listen(() => undefined);
  }
  if (done?.broken) stop("lost", "The interpreter itself failed. Nothing of it is left; run it again.");
  const alive = done !== undefined && ended === undefined;
  if (!alive) await guest.exited;
  const use = watched.stop();
  if (!alive && ended === undefined && !signal.aborted) {
    const { complaint } = await guest.exited;
    const full = /out of memory|allocation failed|heap limit/i.test(complaint);
    ended = full ? "memory" : "lost";
    message = full
      ? "The program used more memory than allowed."
      : "The interpreter ended without saying why. Run it again.";
  }
  return {
    ended: ended ?? "exit",
    exitCode: done?.exitCode ?? null,
    ...(message !== undefined && { message }),
    cpuMs: use.cpuMs,
    peakMemoryBytes: Math.max(0, use.peakMemoryBytes - guest.startedBytes),
    alive,
  };
}

/** Sends what the guest does not have yet, and takes away what is gone. */
async function sendFiles(guest: Guest, run: GuestRun): Promise<void> {
  const there = new Set<string>();
  for (const file of await listRunFiles(run)) {
    there.add(file.path);
    if (run.sent.get(file.path) === file.mark || run.signal.aborted) continue;
    await guest.send({ type: "file", path: file.path }, await readRunFile(file.hostPath));
    run.sent.set(file.path, file.mark);
  }
  for (const path of run.sent.keys()) {
    if (there.has(path)) continue;
    run.sent.delete(path);
    await guest.send({ type: "remove", path });
  }
}

/** What the guest itself just made it has already. */
async function rememberFiles(run: GuestRun): Promise<void> {
  if (!run.keep) return;
  for (const file of await listRunFiles(run)) if (!run.sent.has(file.path)) run.sent.set(file.path, file.mark);
}

async function answerFetch(
  guest: Guest,
  run: GuestRun,
  { header, body }: Frame<FromGuest & { type: "fetch" }>,
  signal: AbortSignal,
): Promise<void> {
  const { id, url, method, headers } = header;
  try {
    const answer = await run.fetch({ url, method, headers, body }, run.hosts, signal);
    await guest.send({ type: "fetched", id, status: answer.status, headers: answer.headers }, answer.body);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    await guest.send({ type: "fetched", id, status: 0, headers: [], problem });
  }
}
