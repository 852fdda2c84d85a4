/** One change, told to 1,000 open sockets of a workspace: from the request to each socket's event. */
import { type LiveClient, openLive } from "@mindmesh/client/live";
import { inParallel, percentile, spread } from "./figures.ts";
import { startBenchServer } from "./running-server.ts";

const sockets = 1000;
const changes = 30;

/** Prints the figures. */
export async function fanOut(): Promise<void> {
  const server = await startBenchServer("native");
  const people = await server.people(20, true);
  const owner = people[0]!;
  const base = `${server.url}/api/workspaces/${owner.workspaceId}/chat/conversations`;
  const headers = { ...owner.headers, "content-type": "application/json" };
  const { id } = (await (await fetch(base, { method: "POST", headers, body: "{}" })).json()) as { id: string };
  const share = await fetch(`${base}/${id}`, { method: "PATCH", headers, body: JSON.stringify({ shared: true }) });
  if (!share.ok) throw new Error(await share.text());

  let sentAt = 0;
  let arrived = 0;
  const all: number[] = [];
  const single: number[] = [];
  const clients: LiveClient[] = [];
  const [{ seq } = { seq: "0" }] = (
    await server.database.query<{ seq: string }>("SELECT seq FROM kernel.event_heads WHERE workspace_id = $1", [
      owner.workspaceId,
    ])
  ).rows;
  await inParallel([...Array(sockets).keys()], 25, async (index) => {
    const person = people[index % people.length]!;
    await new Promise<void>((connected) => {
      const live = openLive({
        baseUrl: server.url,
        headers: person.headers,
        onStatus: (status) => status === "connected" && connected(),
        onResync: () => undefined,
        onEvent: (event) => {
          if (event.type !== "chat.conversation.changed") return;
          const took = performance.now() - sentAt;
          all.push(took);
          if (index === 0) single.push(took);
          arrived += 1;
        },
      });
      live.follow(owner.workspaceId, Number(seq));
      clients.push(live);
    });
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  for (let n = 0; n < changes; n += 1) {
    arrived = 0;
    sentAt = performance.now();
    const response = await fetch(`${base}/${id}`, {
      method: "PATCH",
      headers,
      body: JSON.stringify({ title: `Title ${n}` }),
    });
    if (!response.ok) throw new Error(await response.text());
    while (arrived < sockets) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log(
    `event to one device, with ${sockets} others told at once:  ${spread(single)}; target p95 < 30 ms: ${percentile(single, 0.95) < 30 ? "met" : "missed"}`,
  );
  console.log(`event to all ${sockets} sockets (clients in one process):  ${spread(all)}`);
  for (const client of clients) client.close();
  await server.close();
}
