import { stripTypeScriptTypes } from "node:module";
import type { QuickJSSyncVariant } from "@jitl/quickjs-ffi-types";
import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  newQuickJSWASMModuleFromVariant,
  newVariant,
} from "quickjs-emscripten-core";
import type { FromGuest, GuestBoot, ToGuest } from "../messages.ts";
import { closeScope, scope } from "./deno.ts";
import { javascriptPrelude } from "./javascript-prelude.ts";
import { nodeFsModule } from "./node-fs-module.ts";
import { scriptFiles } from "./script-files.ts";

const tell = scope.postMessage.bind(scope);
const send = (header: FromGuest, body: Uint8Array = new Uint8Array()) => tell({ header, body });
const encoder = new TextEncoder();
// Above this QuickJS runs over the stack of its own WebAssembly before it notices (measured with 0.32).
const stackBytes = 128 * 1024;

const files = scriptFiles();
let runtime: QuickJSRuntime;
let interrupted: Uint8Array;
let kept: QuickJSContext | undefined;
let input = "";
let outputLeft = 0;
let exitCode: number | undefined;
const fetches = new Map<number, (frame: { header: ToGuest & { type: "fetched" }; body: Uint8Array }) => void>();

function write(stream: "stdout" | "stderr", text: string): void {
  const bytes = encoder.encode(text);
  // One byte over the limit is sent, so that the server sees that there was more and ends the run.
  const part = bytes.subarray(0, Math.max(0, outputLeft + 1));
  outputLeft -= bytes.length;
  if (part.length > 0) send({ type: "output", stream }, part);
}

/** JavaScript of TypeScript; where erasing is enough the positions stay as they are. */
function withoutTypes(source: string): string {
  try {
    return stripTypeScriptTypes(source, { mode: "strip" });
  } catch {
    return stripTypeScriptTypes(source, { mode: "transform" });
  }
}

async function start(boot: GuestBoot, interrupt: SharedArrayBuffer): Promise<void> {
  const wasmModule = await scope.WebAssembly.compile(scope.Deno.readFileSync(boot.quickjsWasm));
  const quickjs = await newQuickJSWASMModuleFromVariant(
    newVariant(variant as unknown as QuickJSSyncVariant, { wasmModule }),
  );
  runtime = quickjs.newRuntime({ memoryLimitBytes: boot.memoryBytes, maxStackSizeBytes: stackBytes });
  interrupted = new Uint8Array(interrupt);
  runtime.setInterruptHandler(() => interrupted[0] !== 0 || exitCode !== undefined);
  runtime.setModuleLoader(
    (name) => {
      if (name === "node:fs" || name === "node:fs/promises") return nodeFsModule;
      const found = files.text(name);
      if (found === undefined)
        throw new Error(`Cannot find "${name}". Files of the run and "node:fs" can be imported.`);
      return /\.[mc]?ts$/.test(name) ? withoutTypes(found) : found;
    },
    (base, name) =>
      /^(node:)?fs(\/promises)?$/.test(name) ? `node:${name.replace("node:", "")}` : files.resolveModule(base, name),
  );
  // Loaded and warmed up before the door is closed.
  withoutTypes("const a: number = 1;");
  closeScope();
}

/** A context with what the prelude stands on: writing, files, time. */
function newContext(hosts: boolean): QuickJSContext {
  const context = runtime.newContext();
  const host = context.newObject();
  const offer = (name: string, run: (...given: QuickJSHandle[]) => QuickJSHandle | void) => {
    context.newFunction(name, run).consume((made) => context.setProp(host, name, made));
  };
  const textOf = (handle: QuickJSHandle | undefined) => (handle === undefined ? "" : context.getString(handle));
  const bytesOf = (handle: QuickJSHandle | undefined): Uint8Array => {
    if (handle === undefined) return new Uint8Array();
    if (context.typeof(handle) === "string") return encoder.encode(context.getString(handle));
    return context.getArrayBuffer(handle).consume((bytes) => bytes.value.slice());
  };
  offer("write", (stream, text) => write(textOf(stream) === "stderr" ? "stderr" : "stdout", textOf(text)));
  offer("display", (mime, data) => {
    const kind = textOf(mime);
    if (kind !== "image/png" && kind !== "image/svg+xml" && kind !== "text/html")
      throw new Error(`cannot show ${kind}`);
    send({ type: "display", mime: kind }, encoder.encode(textOf(data)));
  });
  offer("readText", (path) => context.newString(new TextDecoder().decode(files.read(textOf(path)))));
  offer("readBytes", (path) => context.newArrayBuffer(files.read(textOf(path)).slice().buffer));
  offer("writeFile", (path, content) => files.write(textOf(path), bytesOf(content)));
  offer("removeFile", (path) => files.remove(textOf(path)));
  offer("exists", (path) => (files.exists(textOf(path)) ? context.true : context.false));
  offer("list", (path) => context.newString(JSON.stringify(files.list(textOf(path)))));
  offer("input", () => context.newString(input));
  offer("encode", (text) => context.newArrayBuffer(encoder.encode(textOf(text)).buffer));
  offer("decode", (bytes) => context.newString(new TextDecoder().decode(bytesOf(bytes))));
  offer("exit", (code) => {
    exitCode = context.getNumber(code ?? context.undefined) || 0;
  });
  offer("wait", (milliseconds) => {
    const wanted = context.newPromise();
    setTimeout(
      () => {
        if (!context.alive) return;
        wanted.resolve(context.undefined);
      },
      Math.max(0, context.getNumber(milliseconds ?? context.undefined)) || 0,
    );
    return wanted.handle;
  });
  if (hosts) offerFetch(context, offer, textOf, bytesOf);
  const made = context.evalCode(javascriptPrelude, "prelude", { type: "global" });
  const prelude = context.unwrapResult(made);
  context.unwrapResult(context.callFunction(prelude, context.undefined, host)).dispose();
  prelude.dispose();
  host.dispose();
  return context;
}

let lastFetch = 0;
/** `fetch` through the server, which asks the list of hosts. */
function offerFetch(
  context: QuickJSContext,
  offer: (name: string, run: (...given: QuickJSHandle[]) => QuickJSHandle | void) => void,
  textOf: (handle: QuickJSHandle | undefined) => string,
  bytesOf: (handle: QuickJSHandle | undefined) => Uint8Array,
): void {
  offer("fetch", (url, method, headers, body) => {
    const wanted = context.newPromise();
    lastFetch += 1;
    const id = lastFetch;
    fetches.set(id, ({ header, body: answer }) => {
      if (!context.alive) return;
      const told = context.newObject();
      const told_ = { status: header.status, headers: header.headers, problem: header.problem };
      context.newString(JSON.stringify(told_)).consume((text) => context.setProp(told, "head", text));
      context.newArrayBuffer(answer.slice().buffer).consume((bytes) => context.setProp(told, "body", bytes));
      wanted.resolve(told);
      told.dispose();
    });
    const pairs = JSON.parse(textOf(headers)) as [string, string][];
    send({ type: "fetch", id, url: textOf(url), method: textOf(method), headers: pairs }, bytesOf(body));
    return wanted.handle;
  });
}

type Failure = { name: string; message: string; stack: string };

/** Reads an error without running its code: getters of somebody's error object could do anything but must not stop us. */
function failureOf(context: QuickJSContext, error: QuickJSHandle): Failure {
  const read = (name: string): string => {
    try {
      return context
        .getProp(error, name)
        .consume((value) => (context.typeof(value) === "string" ? context.getString(value) : ""));
    } catch {
      return "";
    }
  };
  if (context.typeof(error) !== "object") return { name: "Uncaught", message: context.getString(error), stack: "" };
  return { name: read("name"), message: read("message"), stack: read("stack") };
}

/** Runs everything that waits until the promise is settled, or until nothing more can happen. */
async function settle(
  context: QuickJSContext,
  value: QuickJSHandle,
): Promise<{ error?: Failure; value?: QuickJSHandle }> {
  for (;;) {
    const jobs = runtime.executePendingJobs(1000);
    if (jobs.error) {
      const error = jobs.error.consume((handle) => failureOf(context, handle));
      return { error };
    }
    const state = context.getPromiseState(value);
    const idle = context.getProp(context.global, "__pending").consume((count) => context.dump(count) === 0);
    if (state.type === "rejected") return { error: state.error.consume((handle) => failureOf(context, handle)) };
    if (exitCode !== undefined || interrupted[0] !== 0) return {};
    if (idle && !runtime.hasPendingJob()) return state.type === "fulfilled" ? { value: state.value } : {};
    // Lets timers of this thread and answers to fetch come in.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function execute(context: QuickJSContext, source: string, entry: string, keep: boolean) {
  // A script first, since its last value says whether an async function of it failed; what only a module may hold (import,
  // await outside a function) makes it one.
  const asScript = context.evalCode(source, entry, { type: "global", compileOnly: true });
  const type = asScript.error ? "module" : "global";
  asScript.dispose();
  const made = context.evalCode(source, entry, { type });
  if (made.error) return { error: made.error.consume((handle) => failureOf(context, handle)) };
  const settled = await settle(context, made.value);
  if (keep && type === "global" && settled.value && context.typeof(settled.value) !== "undefined") {
    const show = context.getProp(context.global, "__show");
    context.callFunction(show, context.undefined, settled.value).dispose();
    show.dispose();
  }
  if (settled.value !== made.value) settled.value?.dispose();
  made.value.dispose();
  return settled.error ? { error: settled.error } : {};
}

async function runSource(request: ToGuest & { type: "run" }, given: Uint8Array): Promise<void> {
  outputLeft = request.limits.outputBytes;
  exitCode = undefined;
  input = new TextDecoder().decode(given);
  files.limit(request.limits);
  let code = 0;
  const context = request.keep ? (kept ??= newContext(request.hosts)) : newContext(request.hosts);
  const fail = (error: Failure) => {
    const head = error.message === "" ? error.name : `${error.name}: ${error.message}`;
    write("stderr", `${head}\n${error.stack}`.trimEnd() + "\n");
    code = 1;
  };
  try {
    const source = request.typescript ? withoutTypes(request.source) : request.source;
    const { error } = await execute(context, source, request.entry, request.keep);
    if (error && exitCode === undefined) fail(error);
  } catch (error) {
    // Of the type stripper (its message names the place), or of the interpreter itself.
    fail({ name: "Error", message: error instanceof Error ? error.message : String(error), stack: "" });
  }
  if (interrupted[0] !== 0) code = 130;
  interrupted[0] = 0;
  const disk = files.collect((path, content) => {
    if (content === null) send({ type: "removed", path });
    else send({ type: "file", path }, content);
  });
  send({
    type: "done",
    exitCode: exitCode ?? code,
    ...(disk !== undefined && { disk }),
  });
}

scope.onmessage = ({ data }) => {
  void (async () => {
    if ("boot" in data) {
      await start(data.boot, data.interrupt);
      send({ type: "ready", version: "QuickJS 2025-09-13, ECMAScript 2023" });
      return;
    }
    const { header, body } = data;
    if (header.type === "file") files.put(header.path, body);
    else if (header.type === "remove") files.take(header.path);
    else if (header.type === "run") await runSource(header, body);
    else if (header.type === "fetched") {
      fetches.get(header.id)?.({ header, body });
      fetches.delete(header.id);
    }
  })();
};
