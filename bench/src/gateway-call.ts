// What a model call through the gateway costs, beside the bare ways to the same provider, in one run.
//   DATABASE_URL=postgres://user@host/db node bench/src/gateway-call.ts [calls]
// The provider is the model server in a process of its own. "gateway" resolves the key, watches time limits, parses,
// counts, prices and records every call in PostgreSQL; the bare ways only read the bytes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createOpenAI } from "@ai-sdk/openai";
import { openGateway } from "@mindmesh/kernel/ai";
import { kernelMigrations, migrate, openDatabase } from "@mindmesh/kernel/db";
import { openOutbound } from "@mindmesh/kernel/outbound";
import { openSecrets } from "@mindmesh/kernel/secrets";
import pg from "pg";
import { Agent, request } from "undici";
import { v7 as uuidv7 } from "uuid";

const adminUrl = process.env.DATABASE_URL;
if (!adminUrl) throw new Error("Set DATABASE_URL to a PostgreSQL where databases may be created.");
const calls = Number(process.argv[2] ?? 2000);
const chunks = 30;

const model = spawn(
  process.execPath,
  [new URL("../../tools/model-server/src/cli.ts", import.meta.url).pathname, "--port", "0"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const [line] = (await once(createInterface(model.stdout), "line")) as [string];
const modelUrl = /http:\/\/[\d.:]+/.exec(line)?.[0] ?? "";
const order = { behaviour: { chunks, text: "word ".repeat(chunks) } };
await fetch(`${modelUrl}/_control`, { method: "POST", body: JSON.stringify(order) });

const databaseName = `bench_gateway_${process.pid}`;
const admin = new pg.Client({ connectionString: adminUrl });
await admin.connect();
await admin.query(`CREATE DATABASE ${databaseName}`);
const databaseUrl = new URL(adminUrl);
databaseUrl.pathname = `/${databaseName}`;
await migrate(databaseUrl.href, [kernelMigrations]);
const db = openDatabase({ url: databaseUrl.href });
const tenant = { workspaceId: uuidv7(), userId: uuidv7() };
await db.pool.query("INSERT INTO kernel.workspaces (id, name) VALUES ($1, 'Bench')", [tenant.workspaceId]);
await db.pool.query("INSERT INTO kernel.people (id, email, name) VALUES ($1, 'bench@example.org', 'Bench')", [
  tenant.userId,
]);

const outbound = openOutbound();
const gateway = openGateway({
  db,
  outbound,
  secrets: openSecrets(["a master key that is only for benches"]),
  settings: { OPENAI_API_KEY: "sk-bench", OPENAI_BASE_URL: `${modelUrl}/v1`, OLLAMA_BASE_URL: "http://127.0.0.1:1" },
  onError: (error) => console.error(error),
});

const url = `${modelUrl}/v1/chat/completions`;
const messages = [{ role: "user" as const, content: "Hello" }];
const body = JSON.stringify({ model: "gpt-5-mini", stream: true, stream_options: { include_usage: true }, messages });
const headers = { "content-type": "application/json", authorization: "Bearer sk-bench" };
const sdk = createOpenAI({ baseURL: `${modelUrl}/v1`, apiKey: "sk-bench", fetch: outbound.trustedFetch }).chat(
  "gpt-5-mini",
);
const agent = new Agent({ connections: 256 });

const ways: Record<string, () => Promise<void>> = {
  "undici pool, bytes": async () => {
    const answer = await request(url, { method: "POST", headers, body, dispatcher: agent });
    for await (const _ of answer.body);
  },
  "global fetch, bytes": async () => {
    const answer = await fetch(url, { method: "POST", headers, body });
    for await (const _ of answer.body ?? []);
  },
  "AI SDK over the pool, parsed": async () => {
    const { stream } = await sdk.doStream({ prompt: [{ role: "user", content: [{ type: "text", text: "Hello" }] }] });
    for await (const _ of stream);
  },
  gateway: async () => {
    for await (const _ of gateway.stream({ ...tenant, product: "bench", model: "openai/gpt-5-mini", messages }));
  },
};

async function measure(way: () => Promise<void>, atOnce: number, count: number) {
  const times: number[] = [];
  let left = count;
  const cpu = process.cpuUsage();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) {
        const begin = performance.now();
        await way();
        times.push(performance.now() - begin);
      }
    }),
  );
  await gateway.drain();
  const used = process.cpuUsage(cpu);
  times.sort((a, b) => a - b);
  return {
    "p50 ms": Number(times[Math.floor(times.length * 0.5)]?.toFixed(2)),
    "p95 ms": Number(times[Math.floor(times.length * 0.95)]?.toFixed(2)),
    "CPU us per call": Math.round((used.user + used.system) / count),
  };
}

const rows: Record<string, object> = {};
for (const atOnce of [1, 20]) {
  for (const [name, way] of Object.entries(ways)) {
    await measure(way, atOnce, calls / 4);
    rows[`${name}, ${atOnce} at once`] = await measure(way, atOnce, calls);
  }
}
console.log(`${calls} calls each, ${chunks} chunks per answer, Node ${process.version}`);
console.table(rows);

await gateway.close();
await outbound.close();
await agent.close();
await db.close();
await admin.query(`DROP DATABASE ${databaseName} WITH (FORCE)`);
await admin.end();
model.kill();
