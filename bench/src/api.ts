/** API latency at 300 mixed requests a second, against a bare Fastify route under the same load in the same run. */
import Fastify from "fastify";
import { percentile, spread } from "./figures.ts";
import { type BenchPerson, startBenchServer } from "./running-server.ts";

const rate = 300;
const seconds = 20;
/** So many people keep each below the limit of 1,000 requests a minute. */
const peopleCount = 40;

/** Sends `rate` requests a second at even distances, whatever the answers do; gives back milliseconds of each. */
async function load(send: (n: number) => Promise<Response>): Promise<number[]> {
  const times: number[] = [];
  const pending: Promise<void>[] = [];
  const begin = performance.now();
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = begin + (n * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    pending.push(
      (async () => {
        const started = performance.now();
        const response = await send(n);
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
        times.push(performance.now() - started);
      })(),
    );
  }
  await Promise.all(pending);
  return times;
}

async function prepare(url: string, people: BenchPerson[]): Promise<Map<string, string[]>> {
  const conversations = new Map<string, string[]>();
  for (const person of people) {
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const base = `${url}/api/workspaces/${person.workspaceId}/chat/conversations`;
      const headers = { ...person.headers, "content-type": "application/json" };
      const made = await fetch(base, { method: "POST", headers, body: JSON.stringify({ title: `Notes ${n}` }) });
      const { id } = (await made.json()) as { id: string };
      ids.push(id);
    }
    conversations.set(person.personId, ids);
  }
  return conversations;
}

async function measure(postgres: "embedded" | "native"): Promise<number[]> {
  const server = await startBenchServer(postgres);
  try {
    const people = await server.people(peopleCount);
    const conversations = await prepare(server.url, people);
    const send = (n: number) => {
      const person = people[n % people.length]!;
      const ids = conversations.get(person.personId)!;
      const base = `${server.url}/api/workspaces/${person.workspaceId}/chat`;
      const json = { ...person.headers, "content-type": "application/json" };
      const id = ids[n % ids.length]!;
      const kind = Math.floor(n / people.length) % 10;
      if (kind < 4) return fetch(`${base}/conversations?limit=50`, { headers: person.headers });
      if (kind < 7) return fetch(`${base}/conversations/${id}`, { headers: person.headers });
      if (kind < 8) return fetch(`${base}/search?q=notes`, { headers: person.headers });
      if (kind < 9) return fetch(`${server.url}/api/me`, { headers: person.headers });
      return fetch(`${base}/conversations/${id}`, {
        method: "PATCH",
        headers: json,
        body: JSON.stringify({ title: `Notes ${n}` }),
      });
    };
    for (let n = 0; n < 600; n += 1) await (await send(n)).arrayBuffer();
    return await load(send);
  } finally {
    await server.close();
  }
}

/** Prints the figures. */
export async function api(): Promise<void> {
  const bare = Fastify();
  bare.get("/", () => ({ hello: "world" }));
  const bareUrl = await bare.listen({ port: 0, host: "127.0.0.1" });
  for (let n = 0; n < 300; n += 1) await (await fetch(bareUrl)).arrayBuffer();
  const baseline = await load(() => fetch(bareUrl));
  await bare.close();
  console.log(`bare Fastify route     ${spread(baseline)}`);
  for (const postgres of ["native", "embedded"] as const) {
    const times = await measure(postgres);
    const ratio = percentile(times, 0.95) / percentile(baseline, 0.95);
    console.log(
      `API on ${postgres.padEnd(8)}        ${spread(times)}; p95 is ${ratio.toFixed(1)} times the bare route's`,
    );
  }
  console.log(
    `load: ${rate} mixed requests a second for ${seconds} s (40 % lists, 30 % conversations, 10 % searches, 10 % me, 10 % writes)`,
  );
}
