import type { PyodideAPI } from "pyodide";
import type { FromGuest, GuestBoot, GuestLimits, ToGuest } from "../messages.ts";
import { closeScope, scope } from "./deno.ts";
import { limitMemoryFiles } from "./memory-files.ts";
import { pythonPrelude } from "./python-prelude.ts";

/** Runs one piece of source; see the prelude. */
type RunPython = (source: string, entry: string, keep: boolean) => Promise<number>;

const tell = scope.postMessage.bind(scope);
const send = (header: FromGuest, body: Uint8Array = new Uint8Array()) => tell({ header, body });

interface Python {
  api: PyodideAPI;
  run: RunPython;
  files: ReturnType<typeof limitMemoryFiles>;
}

let outputLeft = 0;
function write(stream: "stdout" | "stderr", bytes: Uint8Array): number {
  // One byte over the limit is sent, so that the server sees that there was more and ends the run.
  const part = bytes.slice(0, Math.max(0, outputLeft + 1));
  outputLeft -= bytes.length;
  if (part.length > 0) send({ type: "output", stream }, part);
  return bytes.length;
}

async function start(boot: GuestBoot, interrupt: SharedArrayBuffer, snapshot?: Uint8Array): Promise<Python> {
  const address = new URL("pyodide.mjs", `file://${boot.pyodide}/`).href;
  const { loadPyodide } = (await import(address)) as typeof import("pyodide");
  const api = await loadPyodide({
    indexURL: boot.pyodide,
    // What Python sees as the module `js`: nothing of this program.
    jsglobals: Object.create(null) as object,
    ...(snapshot && { _loadSnapshot: snapshot }),
  });
  api.setInterruptBuffer(new Uint8Array(interrupt));
  api.setStdout({ write: (bytes) => write("stdout", bytes) });
  api.setStderr({ write: (bytes) => write("stderr", bytes) });
  const files = limitMemoryFiles(api);
  api.registerJsModule("_mindmesh_display", {
    show: (mime: "image/png" | "image/svg+xml" | "text/html", data: string) =>
      send({ type: "display", mime }, new TextEncoder().encode(data)),
  });
  api.registerJsModule("_mindmesh_net", { request });
  const run = api.runPython(pythonPrelude) as RunPython;
  return { api, run, files };
}

interface Answer {
  status: number;
  headers: string;
  problem: string;
  body: Uint8Array;
}
const waiting = new Map<number, (answer: Answer) => void>();
let lastRequest = 0;
/** Asks the server, which knows the hosts that are allowed. `headers` is JSON. */
function request(url: string, method: string, headers: string, body: Uint8Array): Promise<Answer> {
  lastRequest += 1;
  const id = lastRequest;
  send({ type: "fetch", id, url, method, headers: JSON.parse(headers) as [string, string][] }, body);
  return new Promise((resolve) => waiting.set(id, resolve));
}
function answer({ id, status, headers, problem = "" }: ToGuest & { type: "fetched" }, body: Uint8Array): void {
  waiting.get(id)?.({ status, headers: JSON.stringify(headers), problem, body });
  waiting.delete(id);
}

function provideInput(api: PyodideAPI, input: Uint8Array): void {
  let left: Uint8Array | null = input;
  api.setStdin({
    stdin: () => {
      const all = left;
      left = null;
      return all;
    },
  });
}

async function runSource(python: Python, request: ToGuest & { type: "run" }, input: Uint8Array): Promise<void> {
  const { api, files } = python;
  const limits: GuestLimits = request.limits;
  outputLeft = limits.outputBytes;
  provideInput(api, input);
  files.limit(limits);
  let exitCode: number;
  let broken = false;
  try {
    exitCode = await python.run(request.source, request.entry, request.keep);
  } catch (error) {
    // Interrupted outside Python's own code, or its machine is broken: the run has ended either way.
    const words = error instanceof Error ? error.message : "Interrupted.";
    broken = error instanceof Error && error.name.includes("Fatal");
    write("stderr", new TextEncoder().encode(`${words}\n`));
    exitCode = 130;
  }
  const disk = files.collect((path, content) => {
    if (content === null) send({ type: "removed", path });
    else send({ type: "file", path }, content);
  });
  send({ type: "done", exitCode, broken, ...(disk !== undefined && { disk }) });
}

let python: Python | undefined;
scope.onmessage = ({ data }) => {
  void (async () => {
    if ("boot" in data) {
      python = await start(data.boot, data.interrupt, data.snapshot);
      const version = String(python.api.runPython("import platform; platform.python_version()"));
      closeScope();
      scope.gc();
      send({ type: "ready", version });
    } else if (python && data.header.type === "remove") python.files.remove(data.header.path);
    else if (python && data.header.type === "file") python.files.put(data.header.path, data.body);
    else if (data.header.type === "fetched") answer(data.header, data.body);
    else if (python && data.header.type === "run") await runSource(python, data.header, data.body);
  })();
};
