import { refreshed } from "@mindmesh/client";
import type { ErrorBody } from "@mindmesh/contracts/errors";
import type { ResultBlock } from "@mindmesh/contracts/query/statements";
import { createResultStore } from "./result-store.ts";
import type { WorkerAnswer, WorkerAsk } from "./worker-messages.ts";

const stores = new Map<string, { store: ReturnType<typeof createResultStore>; views: number }>();

async function ask(url: string, body?: object): Promise<unknown> {
  const send = () =>
    fetch(url, {
      method: body ? "POST" : "GET",
      credentials: "same-origin",
      ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  let response = await send();
  if (response.status === 401 && (await refreshed({}))) response = await send();
  if (!response.ok) {
    const said = (await response.json().catch(() => null)) as ErrorBody | null;
    throw new Error(said?.error.message ?? `The server answered with status ${response.status}.`);
  }
  return response.json();
}

const answer = (message: WorkerAnswer) => postMessage(message);

async function perform(message: WorkerAsk): Promise<Extract<WorkerAnswer, { type: "done" }>["value"]> {
  const progress = (share: number) => answer({ id: message.id, type: "progress", share });
  if (message.ask === "open") {
    const { columns, blocksUrl, picksUrl, result } = message;
    if (stores.has(result)) return undefined;
    const store = createResultStore(columns, {
      block: async (firstRow) => (await ask(`${blocksUrl}/${firstRow}`)) as ResultBlock,
      pick: async (rows) => (await ask(picksUrl, { rows })) as Pick<ResultBlock, "rows" | "cuts">,
    });
    stores.set(result, { store, views: 0 });
    return undefined;
  }
  const known = stores.get(message.result);
  if (!known) throw new Error("This result was closed.");
  switch (message.ask) {
    case "grow":
      return known.store.grow(message.starts, message.rows) ?? undefined;
    case "arrange": {
      known.views += 1;
      const mine = known.views;
      return known.store.arrange(message.view, progress, () => known.views === mine);
    }
    case "rows":
      return known.store.rows(message.from, message.to);
    case "figures":
      return known.store.figures(message.column, progress);
    case "close":
      stores.delete(message.result);
      return undefined;
  }
}

addEventListener("message", ({ data }: MessageEvent<WorkerAsk>) => {
  perform(data).then(
    (value) => answer({ id: data.id, type: "done", value }),
    (error: Error) => answer({ id: data.id, type: "failed", message: error.message }),
  );
});
