import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { DriverJob, DriverOutcome } from "../../driver.ts";
import { copyInputs } from "../../running/copy-inputs.ts";
import { lchownTree } from "../../running/open-beneath.ts";
import type { UserIds } from "../../running/user-ids.ts";
import { isDisplay } from "../bubblewrap/run-program.ts";
import { readDisplays } from "../bubblewrap/read-displays.ts";
import { containerBody } from "./container-body.ts";
import type { Engine } from "./engine.ts";
import { followFile } from "./follow-file.ts";
import { readStreams } from "./read-streams.ts";

/** What one driver shares between its runs. */
export interface Dock {
  engine: Engine;
  image: string;
  runtime: string | null;
  label: string;
  /** Host folder of what runs need beside their working directory. */
  runs: string;
  users: UserIds;
}

const created = z.object({ Id: z.string().regex(/^[0-9a-zA-Z_.-]+$/) });
const waited = z.object({ StatusCode: z.number().int() });
const inspected = z.object({ State: z.object({ OOMKilled: z.boolean(), ExitCode: z.number().int() }) });
const measured = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({ usage: z.number().nullish(), max_usage: z.number().nullish() }),
});

const measureEveryMs = 500;
const killedExitCode = 137;

/** Runs one program in a container of its own, which is gone when this resolves or rejects. */
export async function runContainer(dock: Dock, job: DriverJob): Promise<DriverOutcome> {
  const folder = path.join(dock.runs, job.id);
  const asRoot = process.getuid?.() === 0;
  const uid = asRoot ? dock.users.take(job.workDirectory) : (process.getuid?.() ?? 65_534);
  const gid = asRoot ? uid : (process.getgid?.() ?? 65_534);
  const displayFile = path.join(folder, "display");
  let id: string | null = null;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(displayFile, "");
    if (asRoot) await Promise.all([lchownTree(job.workDirectory, uid), chown(displayFile, uid, gid)]);
    const filesDirectory = path.join(folder, "files");
    await copyInputs(job.inputs, filesDirectory, asRoot ? uid : null);
    const body = containerBody({ ...dock, ...job, filesDirectory, displayFile, uid, gid });
    id = created.parse(await dock.engine.ask("POST", "/containers/create", { body })).Id;
    return await seeThrough(dock.engine, id, job, displayFile);
  } finally {
    if (id !== null) await dock.engine.ask("DELETE", `/containers/${id}?force=1&v=1`, { also: [404, 409] });
    await rm(folder, { recursive: true, force: true });
    if (asRoot) dock.users.give(job.workDirectory);
  }
}

async function seeThrough(engine: Engine, id: string, job: DriverJob, displayFile: string): Promise<DriverOutcome> {
  const nothing = { cpuMs: 0, peakMemoryBytes: 0 };
  const socket = await engine.attach(id);
  socket.on("error", () => undefined);
  const shown = await followFile(displayFile);
  readDisplays(shown.stream, (message) => {
    if (isDisplay(message)) job.display(message);
  });
  let usage = nothing;
  let isOver = false;
  let killed: Promise<unknown> | undefined;
  // 409: it has ended already.
  const kill = () =>
    (killed ??= engine.ask("POST", `/containers/${id}/kill?signal=KILL`, { also: [404, 409] }).catch(() => undefined));
  const timer = setInterval(() => void measure(), measureEveryMs);
  async function measure(): Promise<void> {
    const path = `/containers/${id}/stats?stream=0&one-shot=1`;
    const { data } = measured.safeParse(await engine.ask("GET", path, { also: [404, 409] }).catch(() => null));
    if (!data) return;
    const { usage: now, max_usage: most } = data.memory_stats;
    usage = {
      cpuMs: Math.max(usage.cpuMs, data.cpu_stats.cpu_usage.total_usage / 1e6),
      peakMemoryBytes: Math.max(usage.peakMemoryBytes, now ?? 0, most ?? 0),
    };
    isOver ||= usage.cpuMs > job.limits.cpuSeconds * 1000;
    if (isOver) void kill();
  }
  try {
    if (job.signal.aborted) return { ended: "exit", exitCode: null, ...nothing };
    await engine.ask("POST", `/containers/${id}/start`);
    job.signal.addEventListener("abort", kill, { once: true });
    if (job.signal.aborted) void kill();
    socket.end(job.stdin);
    const said = readStreams(socket, job.output);
    // Told to the caller below; it must not end the process meanwhile.
    said.catch(() => undefined);
    const { StatusCode: exitCode } = waited.parse(
      await engine.ask("POST", `/containers/${id}/wait?condition=not-running`, { timeoutMs: null }),
    );
    await said;
    const { State } = inspected.parse(await engine.ask("GET", `/containers/${id}/json`));
    if (job.signal.aborted) return { ended: "exit", exitCode: null, ...usage };
    if (isOver) return { ended: "cpu", exitCode: null, ...usage };
    if (State.OOMKilled || exitCode === killedExitCode) return { ended: "memory", exitCode: null, ...usage };
    return { ended: "exit", exitCode, ...usage };
  } finally {
    clearInterval(timer);
    job.signal.removeEventListener("abort", kill);
    await killed;
    await shown.stop();
    socket.destroy();
  }
}
