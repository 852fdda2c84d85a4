import { setTimeout as wait } from "node:timers/promises";
import { and, asc, eq, notLike } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import type { Outbound } from "../../outbound/index.ts";
import { type Notifications, onSettingsChange } from "../../realtime/index.ts";
import type { Secrets } from "../../secrets/index.ts";
import { keepDefinitions } from "./look-at-server.ts";
import { addressOf } from "./outside-servers.ts";
import { type McpServerRow, mcpServers } from "./schema.ts";
import { tellAdmins, unknownTools } from "./tell-admins.ts";
import { type ToolDefinition, listOutsideTools, openVisit } from "./visit-server.ts";

export interface WatchDependencies {
  db: Database;
  secrets: Secrets;
  outbound: Pick<Outbound, "guardedFetch">;
  notifications: Notifications;
}

/** So many are listened to; the others are asked when one of their tools is called, as all are. */
const mostWatched = 200;
const connectTimeMs = 20_000;
/** Several changes at once are one. */
const gatherMs = 500;
/** Before a server that has gone away is asked again; doubled with each time that it is not there. */
const firstWaitMs = 5_000;
const longestWaitMs = 10 * 60_000;
/** A server that tells of no changes is looked at so often. */
const lookAgainMs = 60 * 60_000;

/**
 * Listens to outside servers that tell when their tools change (`notifications/tools/list_changed`), and then looks at them:
 * what is new is critical and, as what has changed, not offered before an admin has looked at it. Programs run for one visit
 * only, and tell nothing.
 */
export function watchServers({ db, secrets, outbound, notifications }: WatchDependencies): { close(): Promise<void> } {
  const watched = new Map<string, { version: string; stop: AbortController; done: Promise<void> }>();
  let reading: Promise<void> = Promise.resolve();
  let isClosed = false;

  /** Starts listening to servers that are new, and stops for those that are gone or have another address now. */
  async function reconcile(): Promise<void> {
    if (isClosed) return;
    const rows = await db.system((tx) =>
      tx
        .select()
        .from(mcpServers)
        .where(notLike(mcpServers.url, "stdio:%"))
        .orderBy(asc(mcpServers.createdAt))
        .limit(mostWatched),
    );
    const wanted = new Map(rows.map((row) => [`${row.workspaceId} ${row.id}`, row]));
    for (const [id, { version, stop }] of watched) {
      const row = wanted.get(id);
      if (row && versionOf(row) === version) wanted.delete(id);
      else {
        stop.abort();
        watched.delete(id);
      }
    }
    for (const [id, row] of wanted) {
      const stop = new AbortController();
      watched.set(id, { version: versionOf(row), stop, done: follow(row, stop.signal) });
    }
  }

  /** Listens to one server for as long as it is there, and comes back to it when it is not. */
  async function follow(row: McpServerRow, signal: AbortSignal): Promise<void> {
    for (let waitMs = firstWaitMs; !signal.aborted;) {
      const startedAt = performance.now();
      const tells = await listen(row, signal).catch(() => null);
      const lasted = tells !== null && performance.now() - startedAt > connectTimeMs;
      waitMs = lasted ? firstWaitMs : Math.min(waitMs * 2, longestWaitMs);
      const pause = tells === false ? lookAgainMs : waitMs * (0.5 + Math.random());
      await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Until the server ends the connection. Returns whether it tells of changes. @throws what the way to it did */
  async function listen(row: McpServerRow, signal: AbortSignal): Promise<boolean> {
    const { client, limits, close } = await openVisit(addressOf(row, { secrets, outbound, programs: {} }), signal);
    try {
      let changed = Promise.withResolvers<void>();
      client.setNotificationHandler("notifications/tools/list_changed", () => changed.resolve());
      const ended = Promise.withResolvers<"ended">();
      const onclose = () => ended.resolve("ended");
      Object.assign(client, { onclose });
      signal.addEventListener("abort", () => ended.resolve("ended"), { once: true });
      const tells = client.getServerCapabilities()?.tools?.listChanged === true;
      if (tells && client.getProtocolEra() === "modern") {
        const subscription = await client.listen({ toolsListChanged: true }, limits);
        void subscription.closed.then(() => ended.resolve("ended"));
      }
      // What it was before it was listened to may be another thing than what is kept.
      await look(row, await listOutsideTools(client, limits));
      if (!tells) return false;
      while ((await Promise.race([changed.promise, ended.promise])) !== "ended") {
        changed = Promise.withResolvers();
        await wait(gatherMs, undefined, { signal, ref: false });
        await look(row, await listOutsideTools(client, limits));
      }
      return true;
    } finally {
      await close();
    }
  }

  // Past row-level security: whom it tells is another one for each notification.
  const look = (row: McpServerRow, definitions: ToolDefinition[]) =>
    db.system(async (tx) => {
      const [still] = await tx
        .select({ id: mcpServers.id })
        .from(mcpServers)
        .where(and(eq(mcpServers.workspaceId, row.workspaceId), eq(mcpServers.id, row.id)))
        .for("update");
      if (!still) return;
      const unknown = await unknownTools(tx, row, definitions);
      await keepDefinitions(tx, row, definitions, false);
      if (unknown.length > 0) await tellAdmins(tx, row, unknown);
    });

  const soon = () => {
    reading = reading.then(reconcile).catch(() => undefined);
  };
  onSettingsChange(notifications, ["mcp_servers"], soon);
  notifications.onReconnect(soon);
  soon();

  return {
    async close() {
      isClosed = true;
      await reading;
      for (const { stop } of watched.values()) stop.abort();
      await Promise.all([...watched.values()].map(({ done }) => done));
    },
  };
}

const versionOf = ({ url, envelope }: McpServerRow): string => `${url} ${envelope?.toString("base64") ?? ""}`;
