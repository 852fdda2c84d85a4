import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { FinishReason, RunEvent, RunRequest, Sandbox, SandboxKernel } from "@mindmesh/sandbox";

/** What a line of a program's output must begin with to be a display: `#display image/png <base64>`. */
const displayMark = /^#display (image\/png|image\/svg\+xml|text\/html) (.*)$/;
const programs = { python: "python3", javascript: process.execPath, typescript: process.execPath, shell: "sh" };
const entries = { python: "main.py", javascript: "main.mjs", typescript: "main.mts", shell: "main.sh" };

export interface BareSandbox extends Sandbox {
  requests: RunRequest[];
  /** Every child that was started. */
  children: ChildProcess[];
  /** What happens to the next runs: they are let through, refused, or vanish in the middle. */
  mood: { refuse?: Error; vanish?: boolean; off?: string };
}

/** Runs code in bare child processes, with no wall at all: for tests of what is around a sandbox. */
export function openBareSandbox(): BareSandbox {
  const requests: RunRequest[] = [];
  const children: ChildProcess[] = [];
  const mood: BareSandbox["mood"] = {};

  async function* events(
    child: ChildProcess,
    directory: string,
    signal: AbortSignal,
    settings: { wallSeconds: number; stdin?: Uint8Array; isOver?: (line: string) => boolean },
  ): AsyncGenerator<RunEvent> {
    const queue: RunEvent[] = [];
    let wake = Promise.withResolvers<void>();
    const push = (event: RunEvent) => {
      queue.push(event);
      wake.resolve();
    };
    const state = { ended: false };
    const finish = () => {
      state.ended = true;
      wake.resolve();
    };
    // At once: whoever reads these events may take its time, and the child may end meanwhile.
    const lines = createInterface({ input: child.stdout! }).on("line", (line) => {
      if (settings.isOver?.(line)) return finish();
      const display = displayMark.exec(line);
      if (display) push({ type: "display", mime: display[1] as "image/png", data: display[2] ?? "" });
      else push({ type: "output", stream: "stdout", text: `${line}\n` });
    });
    let errors = "";
    const onError = (text: string) => {
      errors += text;
      push({ type: "output", stream: "stderr", text });
    };
    child.stderr!.setEncoding("utf8").on("data", onError);
    child.once("close", finish);
    const begun = performance.now();
    const before = await outputsIn(directory);
    const fate: { reason: FinishReason } = { reason: "exit" };
    const stop = (why: FinishReason) => {
      fate.reason = why;
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (child.pid !== undefined && !hasEnded) process.kill(-child.pid, "SIGKILL");
    };
    const onAbort = () => stop("cancelled");
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) stop("cancelled");
    const timer = setTimeout(() => stop("time"), settings.wallSeconds * 1000);
    yield { type: "started", driver: "bare" };
    if (mood.vanish) {
      clearTimeout(timer);
      stop("lost");
      return;
    }
    if (settings.isOver === undefined) child.stdin!.on("error", () => undefined).end(settings.stdin);
    try {
      while (!state.ended || queue.length > 0) {
        const event = queue.shift();
        if (event) yield event;
        else {
          await wake.promise;
          wake = Promise.withResolvers();
        }
      }
    } finally {
      lines.close();
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      child.stderr!.off("data", onError);
      if (settings.isOver === undefined && child.exitCode === null && child.signalCode === null) stop("cancelled");
    }
    for (const [path, stamp] of await outputsIn(directory)) {
      if (before.get(path) === stamp) continue;
      yield { type: "file", path, bytes: 0, hostPath: join(directory, "out", path) };
    }
    const line = /File ".*?main\.py", line (\d+)[\s\S]*\n(\w+Error.*)\n/.exec(errors);
    const { reason } = fate;
    const exitCode = reason === "exit" ? (child.exitCode ?? 0) : null;
    yield {
      type: "finished",
      reason,
      exitCode,
      message: reason === "exit" ? (exitCode === 0 ? "" : `It ended with exit code ${exitCode}.`) : `Ended: ${reason}.`,
      ...(line && { error: { file: "main.py", line: Number(line[1]), message: line[2] ?? "" } }),
      usage: { wallMs: performance.now() - begun, cpuMs: 1, peakMemoryBytes: 1, outputBytes: 1 },
    };
  }

  function start(command: string, args: string[], cwd: string): ChildProcess {
    // As behind the walls: a module that is written anew within a second must not be read from its cache.
    const env = { PATH: process.env["PATH"], PYTHONDONTWRITEBYTECODE: "1" };
    const child = spawn(command, args, { cwd, detached: true, stdio: "pipe", env });
    children.push(child);
    return child;
  }

  return {
    requests,
    children,
    mood,
    async *run(request) {
      requests.push(request);
      if (mood.refuse) throw mood.refuse;
      const { language, directory, source, signal, stdin } = request;
      const entry = request.entryName ?? entries[language];
      for (const { path, content } of [...(request.files ?? []), { path: entry, content: source }]) {
        await mkdir(dirname(join(directory, path)), { recursive: true });
        await writeFile(join(directory, path), content);
      }
      await mkdir(join(directory, "out"), { recursive: true });
      const child = start(programs[language], [entry], directory);
      const wallSeconds = request.limits?.wallSeconds ?? 60;
      yield* events(child, directory, signal, { wallSeconds, ...(stdin && { stdin }) });
    },
    async openKernel({ directory, language }) {
      await mkdir(join(directory, "out"), { recursive: true });
      const loop = `import sys, json, traceback
space = {}
for line in sys.stdin:
    try: exec(compile(json.loads(line), "main.py", "exec"), space)
    except Exception: traceback.print_exc()
    print("#over", flush=True)`;
      const child = start("python3", ["-u", "-c", loop], directory);
      const closed = once(child, "close").then(() => ({ reason: "closed" as const, message: "It ended." }));
      const kernel: SandboxKernel = {
        language,
        closed,
        async *run({ source, signal }) {
          child.stdin!.write(`${JSON.stringify(source)}\n`);
          yield* events(child, directory, signal, { wallSeconds: 60, isOver: (line) => line === "#over" });
        },
        async close() {
          child.kill("SIGKILL");
          await closed;
        },
      };
      return kernel;
    },
    describe: () => ({
      driver: mood.off === undefined ? "bare" : null,
      ...(mood.off !== undefined && { reason: mood.off }),
      guards: [],
      gaps: ["Everything"],
      languages: [{ language: "python", version: "3", packages: [] }],
      running: 0,
      waiting: 0,
    }),
    async close() {
      for (const child of children) child.kill("SIGKILL");
    },
  };
}

async function outputsIn(directory: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  async function look(below: string): Promise<void> {
    const entries = await readdir(join(directory, "out", below), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) await look(path);
      if (!entry.isFile()) continue;
      const stats = await stat(join(directory, "out", path));
      found.set(path, `${stats.size}/${stats.mtimeMs}`);
    }
  }
  await look("");
  return found;
}
