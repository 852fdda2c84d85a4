import { refreshed } from "@mindmesh/client";
import type { LiveClient, RoomListener } from "@mindmesh/client/live";
import type { LoggedEvent } from "@mindmesh/contracts/realtime";
import type { QueryClient } from "@tanstack/react-query";
import { reportConnection } from "../shell/connection.tsx";
import { clientOptions } from "./client-options.ts";

/** Patches or invalidates what a feature keeps in the cache, for one logged event of a workspace. */
export type EventHandler = (queryClient: QueryClient, event: LoggedEvent) => void;

/** Every cached thing of a workspace has a key that begins like this, so that all of it can be loaded anew at once. */
export const workspaceKey = (workspaceId: string) => ["workspace", workspaceId] as const;

let opening: Promise<LiveClient> | null = null;
let connection: LiveClient | null = null;
const waiting = new Set<() => void>();

/** The socket's code is not needed to show a page, and comes after it; without a network it is asked for again. */
async function loadLive() {
  for (let pause = 500; ; pause = Math.min(2 * pause, 10_000)) {
    try {
      return await import("@mindmesh/client/live");
    } catch {
      reportConnection("lost");
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function open(queryClient: QueryClient, handlers: readonly EventHandler[]) {
  const { openLive } = await loadLive();
  return openLive({
    onEvent: (event) => {
      for (const handle of handlers) handle(queryClient, event);
    },
    onResync: (workspaceId) => void queryClient.invalidateQueries({ queryKey: workspaceKey(workspaceId) }),
    onStatus: (status) => reportConnection(status === "connected" ? "connected" : "lost"),
    onUnauthorized: () => refreshed(clientOptions),
  });
}

/**
 * Follows the event log of a workspace from `eventSeq` (of `/api/me`, read before any other data). Opens the one live
 * connection of the page when there is none yet.
 */
export function followWorkspace(
  queryClient: QueryClient,
  handlers: readonly EventHandler[],
  workspace: { id: string; eventSeq: number },
) {
  const mine = (opening ??= open(queryClient, handlers));
  void mine.then((live) => {
    if (mine !== opening) return live.close(); // signed out meanwhile
    connection = live;
    live.follow(workspace.id, workspace.eventSeq);
    for (const enter of waiting) enter();
    waiting.clear();
  });
}

/** Enters a room such as `conversation:<id>`, as soon as there is a connection. Gives back the function that leaves. */
export function enterRoom(workspaceId: string, room: string, listener: RoomListener) {
  let leave: (() => void) | null = null;
  const enter = () => {
    leave = connection?.enter(workspaceId, room, listener) ?? null;
  };
  if (connection) enter();
  else waiting.add(enter);
  return () => {
    waiting.delete(enter);
    leave?.();
  };
}

/** At sign-out: nothing more may arrive for the person who left. */
export function closeLive() {
  connection?.close();
  connection = null;
  opening = null;
  reportConnection("idle");
}
