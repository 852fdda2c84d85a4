/**
 * What Mindmesh's /v1 adds to a model call, with key, limits, a budget and the record on, beside a bare undici proxy and,
 * where it is installed, a gateway from npm; all in processes of their own, one after the other, on the same machine.
 *
 *   PORTKEY=/folder/with/node_modules  a folder where `npm i @portkey-ai/gateway@1.15.2` was run (not a dependency: 95
 *                                      packages and 25 MB that nobody but this bench would need)
 *   GATEWAY_MEMORY_CALLS=200000        afterwards, so many calls and the server's memory on the way
 *   GATEWAY_ONLY=mindmesh              without the others
 *   GATEWAY_KIND=whole                 only this kind of answer
 *   GATEWAY_PROFILE=/folder            where the server writes a CPU profile when it ends
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Pool } from "undici";
import { inParallel, percentile } from "./figures.ts";
import { startBenchServer } from "./running-server.ts";

/** How much of a processor's second one tick of Linux's process accounting is. */
const tickMs = 10;
interface Kind {
  name: string;
  chunks: number;
  calls: Record<1 | 20 | 100, number>;
  /** What only Mindmesh is asked for. */
  model?: string;
}

const kinds: Kind[] = [
  { name: "whole", chunks: 0, calls: { 1: 100, 20: 2000, 100: 4000 } },
  { name: "30 chunks", chunks: 30, calls: { 1: 60, 20: 1200, 100: 2000 } },
  { name: "1,000 chunks", chunks: 1000, calls: { 1: 4, 20: 60, 100: 100 } },
  // Anthropic's format, parsed by the AI SDK and written anew in OpenAI's; nobody else in this bench translates.
  {
    name: "30 chunks translated",
    chunks: 30,
    calls: { 1: 60, 20: 1200, 100: 2000 },
    model: "anthropic/claude-sonnet-4-5",
  },
];
const widths = [1, 20, 100] as const;

interface Way {
  name: string;
  url: string;
  /** What serves it; null for the provider itself, called directly. */
  process: number | null;
  headers: Record<string, string>;
  model: string;
}

function cpuMs(processId: number | null): number {
  if (processId === null) return 0;
  const fields = readFileSync(`/proc/${processId}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

function memoryMiB(processId: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, "latin1"))?.[1]) / 1024;
}

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

/** One call to its last byte, in milliseconds. */
async function call(pool: Pool, way: Way, chunks: number): Promise<number> {
  const begin = performance.now();
  const answer = await pool.request({
    path: "/v1/chat/completions",
    method: "POST",
    headers: { "content-type": "application/json", ...way.headers },
    body: JSON.stringify({
      model: way.model,
      stream: chunks > 0,
      messages: [{ role: "user", content: `Hello chunks=${chunks}` }],
    }),
  });
  const text = await answer.body.text();
  const isWhole = chunks === 0 ? text.includes('"finish_reason":"stop"') : text.includes("[DONE]");
  if (answer.statusCode !== 200 || !isWhole) {
    throw new Error(`${way.name} answered ${answer.statusCode}: ${text.slice(0, 300)}`);
  }
  return performance.now() - begin;
}

async function measure(pool: Pool, way: Way, chunks: number, width: number, calls: number) {
  const times: number[] = [];
  const items = Array.from({ length: calls }, (_, n) => n);
  await inParallel(items.slice(0, Math.ceil(calls / 4)), width, async () => void (await call(pool, way, chunks)));
  const cpu = cpuMs(way.process);
  await inParallel(items, width, async () => void times.push(await call(pool, way, chunks)));
  // The record is written beside the calls; its cost belongs to them.
  await new Promise((resolve) => setTimeout(resolve, 300));
  const used = cpuMs(way.process) - cpu;
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95), cpu: used / calls };
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
    profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}`],
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
    model: "openai/gpt-5-mini",
  };
  return { server, way };
}

async function watchMemory(way: Way, calls: number): Promise<void> {
  const pool = new Pool(way.url, { connections: 20 });
  const steps = 10;
  const sizes: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const items = Array.from({ length: calls / steps }, (_, n) => n);
    await inParallel(items, 20, async (n) => void (await call(pool, way, n % 4 === 0 ? 30 : 0)));
    sizes.push(Math.round(memoryMiB(way.process ?? 0)));
  }
  console.log(`memory over ${calls} calls, MiB at every tenth: ${sizes.join(" ")}`);
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
    for (const { name, chunks, calls, model } of kinds.filter((kind) => only === undefined || kind.name === only)) {
      const rows: Record<string, object> = {};
      for (const width of widths) {
        let base = { p50: 0, p95: 0 };
        const asked = model === undefined ? ways : [direct, { ...mindmesh, model }];
        for (const way of asked) {
          const pool = new Pool(way.url, { connections: width });
          const measured = await measure(pool, way, chunks, width, calls[width]).catch((error: unknown) => {
            // What a peer cannot do is a figure too.
            if (way === direct || way.process === mindmesh.process) throw error;
            return String(error).slice(0, 100);
          });
          await pool.destroy();
          if (typeof measured === "string") {
            rows[`${way.name}, ${width} at once`] = { "p50 ms": measured };
            continue;
          }
          const { p50, p95, cpu } = measured;
          if (way === direct) base = { p50, p95 };
          rows[`${way.name}, ${width} at once`] = {
            "p50 ms": p50.toFixed(2),
            "added p50 ms": (p50 - base.p50).toFixed(2),
            "added p95 ms": (p95 - base.p95).toFixed(2),
            "CPU ms a call": way.process === null ? "" : cpu.toFixed(3),
            calls: calls[width],
          };
        }
      }
      console.log(`\n${name}`);
      console.table(rows);
    }
    const memoryCalls = Number(process.env["GATEWAY_MEMORY_CALLS"] ?? 0);
    if (memoryCalls > 0) await watchMemory(mindmesh, memoryCalls);
  } finally {
    await server.close();
  }
}
