/**
 * What Mindmesh's /v1 adds to a model call, with key, limits, a budget and the record on, beside a bare undici proxy and,
 * where it is installed, a gateway from npm; all in processes of their own, one after the other, on the same machine.
 *
 *   PORTKEY=/folder/with/node_modules  a folder where `npm i @portkey-ai/gateway@1.15.2` was run (not a dependency: 95
 *                                      packages and 25 MB that nobody but this bench would need)
 *   GATEWAY_MEMORY_CALLS=200000        afterwards, so many calls and the server's memory on the way; asks the server for its
 *                                      heap after a collection, which needs an inspector on 127.0.0.1
 *   GATEWAY_ONLY=mindmesh              without the others
 *   GATEWAY_KIND=whole                 only this kind of answer
 *   GATEWAY_WIDTH=20                   only so many at once
 *   GATEWAY_PROFILE=/folder            where the server writes a CPU profile when it ends
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Pool } from "undici";
import { inParallel, percentile } from "./figures.ts";
import { startBenchServer } from "./running-server.ts";

interface Kind {
  name: string;
  chunks: number;
  /** Until the provider answers: for each call another time from half of this to one and a half, as with real ones. */
  waitMs: number;
  calls: Record<1 | 20 | 100, number>;
  /** The same time for every call: clients that begin together ask together ever after, and stand in line behind each other. */
  inStep?: boolean;
  /** What only Mindmesh is asked for. */
  model?: string;
}

/** As the fastest of real providers take. */
const shortestMs = 20;

const kinds: Kind[] = [
  { name: "whole", chunks: 0, waitMs: shortestMs, calls: { 1: 400, 20: 8000, 100: 8000 } },
  { name: "whole in step", chunks: 0, waitMs: shortestMs, inStep: true, calls: { 1: 400, 20: 8000, 100: 8000 } },
  // As a fast model takes for a short answer: fewer calls a second, which share less.
  { name: "whole after 200 ms", chunks: 0, waitMs: 200, calls: { 1: 50, 20: 2000, 100: 4000 } },
  { name: "30 chunks", chunks: 30, waitMs: shortestMs, calls: { 1: 60, 20: 1200, 100: 2000 } },
  { name: "1,000 chunks", chunks: 1000, waitMs: shortestMs, calls: { 1: 4, 20: 60, 100: 100 } },
  // Anthropic's format, parsed by the AI SDK and written anew in OpenAI's; nobody else in this bench translates.
  {
    name: "30 chunks translated",
    chunks: 30,
    waitMs: shortestMs,
    calls: { 1: 60, 20: 1200, 100: 2000 },
    model: "anthropic/claude-sonnet-4-5",
  },
];
/** Medians of so many rounds are told, and the least of them: on a machine with other work it is nearest to the truth. */
const rounds = 5;
const onlyWidth = process.env["GATEWAY_WIDTH"];
const widths = ([1, 20, 100] as const).filter((width) => onlyWidth === undefined || width === Number(onlyWidth));

interface Way {
  name: string;
  url: string;
  /** What serves it; null for the provider itself, called directly. */
  process: number | null;
  headers: Record<string, string>;
  model: string;
}

/**
 * Time on a processor of all threads of a process, by Linux's scheduler in nanoseconds: its usual accounting counts in
 * ticks of 10 ms, which says little of a process that works a tenth of a millisecond at a time.
 */
function cpuMs(processId: number | null): number {
  if (processId === null) return 0;
  const threads = `/proc/${processId}/task`;
  const used = readdirSync(threads).map((id) =>
    Number(readFileSync(`${threads}/${id}/schedstat`, "latin1").split(" ")[0]),
  );
  return used.reduce((sum, each) => sum + each, 0) / 1e6;
}

function memoryMiB(processId: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, "latin1"))?.[1]) / 1024;
}

/** Asks a process over its inspector for what is alive after a full collection, in MiB. */
async function openHeap(port: number): Promise<{ aliveMiB(): Promise<number>; close(): void }> {
  const listed = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(listed[0]?.webSocketDebuggerUrl ?? "");
  await once(socket, "open");
  let asked = 0;
  const ask = async (method: string) => {
    asked += 1;
    socket.send(JSON.stringify({ id: asked, method }));
    for (;;) {
      const [event] = (await once(socket, "message")) as [MessageEvent];
      const answer = JSON.parse(String(event.data)) as { id?: number; result?: { usedSize?: number } };
      if (answer.id === asked) return answer.result ?? {};
    }
  };
  return {
    async aliveMiB() {
      await ask("HeapProfiler.collectGarbage");
      return ((await ask("Runtime.getHeapUsage")).usedSize ?? Number.NaN) / 1024 / 1024;
    },
    close: () => socket.close(),
  };
}

const memoryCalls = Number(process.env["GATEWAY_MEMORY_CALLS"] ?? 0);
const inspectorPort = 19_229;

const started: ChildProcess[] = [];

async function startProgram(file: string, args: string[] = []): Promise<{ url: string; id: number }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "gateway", file), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  const [url] = (await once(createInterface(child.stdout), "line")) as [string];
  return { url, id: child.pid ?? 0 };
}

async function startPortkey(folder: string, provider: string): Promise<Way> {
  const port = 18_787;
  const program = join(folder, "node_modules/@portkey-ai/gateway/build/start-server.js");
  const child = spawn(process.execPath, [program, `--port=${port}`, "--headless"], { stdio: "ignore" });
  started.push(child);
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(url).catch(() => null)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const headers = {
    authorization: "Bearer sk-bench",
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${provider}/v1`,
  };
  return { name: "portkey gateway", url, process: child.pid ?? 0, headers, model: "gpt-5-mini" };
}

/** One call to its last byte, in milliseconds beyond the provider's wait. */
async function call(pool: Pool, way: Way, { chunks, waitMs }: Pick<Kind, "chunks" | "waitMs">): Promise<number> {
  const begin = performance.now();
  const answer = await pool.request({
    path: "/v1/chat/completions",
    method: "POST",
    headers: { "content-type": "application/json", ...way.headers },
    body: JSON.stringify({
      model: way.model,
      stream: chunks > 0,
      messages: [{ role: "user", content: `Hello chunks=${chunks} wait=${waitMs}` }],
    }),
  });
  const text = await answer.body.text();
  const isWhole = chunks === 0 ? text.includes('"finish_reason":"stop"') : text.includes("[DONE]");
  if (answer.statusCode !== 200 || !isWhole) {
    throw new Error(`${way.name} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
  }
  return performance.now() - begin - waitMs;
}

/** Fractions from 0 to 1 that are spread evenly and never in step, the same for all ways: multiples of the golden ratio. */
const fraction = (n: number) => (n * 0.618034) % 1;

/** What one way did in one round. */
interface Round {
  p50: number;
  p95: number;
  cpu: number;
}

async function runRound(pool: Pool, way: Way, kind: Kind, width: number, calls: number): Promise<Round> {
  const times: number[] = [];
  const cpu = cpuMs(way.process);
  const items = Array.from({ length: calls }, (_, n) => n);
  await inParallel(items, width, async (n) => {
    const waitMs = kind.inStep ? kind.waitMs : Math.round(kind.waitMs * (0.5 + fraction(n)));
    times.push(await call(pool, way, { chunks: kind.chunks, waitMs }));
  });
  // The record is written beside the calls; its cost belongs to them.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95), cpu: (cpuMs(way.process) - cpu) / calls };
}

const median = (samples: number[]) => percentile(samples, 0.5);

/**
 * All ways in turn, several times: what else runs on the machine takes caches and processors from each of them alike.
 * A way that fails has its words in place of rounds.
 */
async function measure(ways: Way[], kind: Kind, width: 1 | 20 | 100): Promise<Map<Way, Round[] | string>> {
  const pools = new Map(ways.map((way) => [way, new Pool(way.url, { connections: width })]));
  const found = new Map<Way, Round[] | string>();
  const calls = kind.calls[width];
  const perRound = Math.ceil(calls / rounds);
  // The first round warms up: half of what is measured afterwards.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [way, pool] of pools) {
      const known = found.get(way) ?? [];
      if (typeof known === "string") continue;
      try {
        const measured = await runRound(pool, way, kind, width, round === 0 ? Math.ceil(calls / 2) : perRound);
        found.set(way, round === 0 ? [] : [...known, measured]);
      } catch (error) {
        // What a peer cannot do is a figure too.
        if (way.name !== "portkey gateway") throw error;
        found.set(way, String(error).slice(0, 100));
      }
    }
  }
  for (const pool of pools.values()) await pool.destroy();
  return found;
}

/** Mindmesh with a person, a key, and a budget that is never reached. */
async function startMindmesh(provider: string) {
  const profiles = process.env["GATEWAY_PROFILE"];
  const server = await startBenchServer(
    "native",
    {
      OPENAI_API_KEY: "sk-bench",
      OPENAI_BASE_URL: `${provider}/v1`,
      ANTHROPIC_API_KEY: "sk-bench",
      ANTHROPIC_BASE_URL: `${provider}/v1`,
      OLLAMA_BASE_URL: "http://127.0.0.1:1",
      CALLS_PER_MINUTE: "100000000",
    },
    [
      ...(profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`]),
      ...(memoryCalls > 0 ? [`--inspect=127.0.0.1:${inspectorPort}`] : []),
    ],
  );
  const [person] = await server.people(1);
  if (!person) throw new Error("no person");
  const post = async (path: string, body: object) => {
    const headers = { ...person.headers, "content-type": "application/json" };
    const base = `${server.url}/api/workspaces/${person.workspaceId}`;
    const answer = await fetch(`${base}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { secret: string };
  };
  const { secret } = await post("/api-keys", { name: "bench", scope: "write", expiresInDays: null });
  await post("/budgets", { kind: "workspace", subject: null, period: "month", limitUsd: 100_000 });
  const way: Way = {
    name: "mindmesh",
    url: server.url,
    process: server.process.pid ?? 0,
    headers: { authorization: `Bearer ${secret}` },
    // Not one that thinks: where a call is tried again it is translated, and the canned provider speaks no Responses.
    model: "openai/gpt-4.1-mini",
  };
  return { server, way };
}

async function watchMemory(way: Way, calls: number): Promise<void> {
  const pool = new Pool(way.url, { connections: 20 });
  const heap = await openHeap(inspectorPort);
  const steps = 10;
  const rows: Record<string, object> = {};
  for (let step = 0; step <= steps; step += 1) {
    const items = Array.from({ length: step === 0 ? 2000 : calls / steps }, (_, n) => n);
    await inParallel(
      items,
      20,
      async (n) => void (await call(pool, way, { chunks: n % 4 === 0 ? 30 : 0, waitMs: shortestMs })),
    );
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const resident = memoryMiB(way.process ?? 0);
    const alive = await heap.aliveMiB();
    const after = step === 0 ? "2000 to warm up" : `after ${(calls / steps) * step}`;
    rows[after] = { "alive MiB": alive.toFixed(1), "resident MiB": resident.toFixed(0) };
    console.log(after, rows[after]);
  }
  console.log(`\nmemory over ${calls} calls, every fourth a stream`);
  console.table(rows);
  heap.close();
  await pool.close();
}

export async function gateway(): Promise<void> {
  const provider = await startProgram("provider.ts");
  try {
    await compare(provider.url);
  } finally {
    for (const child of started) child.kill();
  }
}

async function compare(provider: string): Promise<void> {
  const direct: Way = {
    name: "provider itself",
    url: provider,
    process: null,
    headers: { authorization: "Bearer sk-bench" },
    model: "gpt-5-mini",
  };
  const { server, way: mindmesh } = await startMindmesh(provider);
  const ways = [direct, mindmesh];
  if (process.env["GATEWAY_ONLY"] !== "mindmesh") {
    const bare = await startProgram("bare-proxy.ts", [provider]);
    ways.splice(1, 0, { ...direct, name: "bare undici proxy", url: bare.url, process: bare.id });
    const folder = process.env["PORTKEY"];
    if (folder !== undefined && existsSync(folder)) ways.push(await startPortkey(folder, provider));
    else console.log("without the gateway from npm: PORTKEY names no folder");
  }
  try {
    const only = process.env["GATEWAY_KIND"];
    for (const kind of kinds.filter(({ name }) => only === undefined || name === only)) {
      const { name, model } = kind;
      const rows: Record<string, object> = {};
      for (const width of widths) {
        const asked = model === undefined ? ways : [direct, { ...mindmesh, model }];
        const measured = await measure(asked, kind, width);
        const base = measured.get(direct);
        if (typeof base !== "object") throw new Error("the provider itself was not measured");
        const least = (key: "p50" | "p95") => median(base.map((round) => round[key]));
        for (const [way, all] of measured) {
          rows[`${way.name}, ${width} at once`] =
            typeof all === "string"
              ? { "p50 after the wait": all }
              : {
                  "p50 after the wait": median(all.map(({ p50 }) => p50)).toFixed(2),
                  "added p50 ms": (median(all.map(({ p50 }) => p50)) - least("p50")).toFixed(2),
                  "least added": Math.min(...all.map(({ p50 }, at) => p50 - (base[at]?.p50 ?? 0))).toFixed(2),
                  "added p95 ms": (median(all.map(({ p95 }) => p95)) - least("p95")).toFixed(2),
                  "CPU ms a call": way.process === null ? "" : median(all.map(({ cpu }) => cpu)).toFixed(3),
                  "least CPU": way.process === null ? "" : Math.min(...all.map(({ cpu }) => cpu)).toFixed(3),
                  calls: kind.calls[width],
                };
        }
      }
      console.log(`\n${name}`);
      console.table(rows);
    }
    if (memoryCalls > 0) await watchMemory(mindmesh, memoryCalls);
  } finally {
    await server.close();
  }
}
