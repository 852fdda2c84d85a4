/** From a provider's chunk to the browser's event: what the whole way through the server adds, database included. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openLive } from "@mindmesh/client/live";
import { chatDelta } from "@mindmesh/contracts/chat";
import { percentile, spread } from "./figures.ts";
import { startBenchServer } from "./running-server.ts";

const chunks = 300;
const gapMilliseconds = 20;

const event = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 0, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

/** A provider whose every chunk says when it was sent, in microseconds of this process's clock. */
async function startClockProvider() {
  const provider = createServer((request, response) => {
    request.resume();
    if (request.method !== "POST")
      return void response.end(JSON.stringify({ object: "list", data: [{ id: "clock" }] }));
    response.writeHead(200, { "content-type": "text/event-stream" });
    let sent = 0;
    const timer = setInterval(() => {
      if (sent === chunks) {
        clearInterval(timer);
        response.end(`${event({}, "stop")}data: [DONE]\n\n`);
        return;
      }
      sent += 1;
      response.write(event({ content: `${Math.round(performance.now() * 1000)} ` }));
    }, gapMilliseconds);
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`, close: () => provider.close() };
}

async function measure(postgres: "embedded" | "native", providerUrl: string): Promise<number[]> {
  const server = await startBenchServer(postgres, { OPENAI_COMPATIBLE_BASE_URL: providerUrl });
  const [person] = await server.people(1);
  if (!person) throw new Error("nobody");
  const base = `${server.url}/api/workspaces/${person.workspaceId}/chat/conversations`;
  const headers = { ...person.headers, "content-type": "application/json" };
  const live = openLive({
    baseUrl: server.url,
    headers: person.headers,
    onEvent: () => undefined,
    onResync: () => undefined,
  });
  try {
    const { id } = (await (await fetch(base, { method: "POST", headers, body: "{}" })).json()) as { id: string };
    const times: number[] = [];
    let received = 0;
    await new Promise<void>((entered) => {
      live.enter(person.workspaceId, `conversation:${id}`, {
        onEnter: entered,
        onSignal: (_, payload) => {
          const now = performance.now();
          for (const sent of chatDelta.parse(payload).text.trim().split(" ")) {
            times.push(now - Number(sent) / 1000);
            received += 1;
          }
        },
      });
    });
    const sent = await fetch(`${base}/${id}/messages`, {
      method: "POST",
      headers,
      body: JSON.stringify({ text: "go", parentId: null }),
    });
    if (!sent.ok) throw new Error(await sent.text());
    while (received < chunks) await new Promise((resolve) => setTimeout(resolve, 50));
    return times;
  } finally {
    live.close();
    await server.close();
  }
}

/** Prints the figures. */
export async function streaming(): Promise<void> {
  const provider = await startClockProvider();
  for (const postgres of ["native", "embedded"] as const) {
    const times = await measure(postgres, provider.url);
    console.log(
      `chunk to event on ${postgres.padEnd(8)}  ${spread(times)}; target p95 <= 10 ms: ${percentile(times, 0.95) <= 10 ? "met" : "missed"}`,
    );
  }
  provider.close();
}
