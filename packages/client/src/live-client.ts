import type { ClientMessages, LoggedEvent, PresentPerson, ServerMessages } from "@mindmesh/contracts/realtime";
import { type Socket, io } from "socket.io-client";

export interface LiveOptions {
  baseUrl?: string;
  /** Headers for clients outside a browser, where cookies are not sent by themselves. */
  headers?: Record<string, string>;
  onEvent: (event: LoggedEvent) => void;
  /** Too much was missed: load everything again. */
  onResync: (workspaceId: string) => void;
  onStatus?: (status: LiveStatus) => void;
  /** The server refused the connection for want of a good token; true when another try is worth it. */
  onUnauthorized?: () => Promise<boolean>;
}

export type LiveStatus = "connecting" | "connected" | "offline";

export interface RoomListener {
  onSignal: (type: string, payload: unknown) => void;
  onPresence?: (people: PresentPerson[]) => void;
  /** The room was entered (again): what was signalled before was missed, take a fresh snapshot. */
  onEnter?: () => void;
}

export interface LiveClient {
  /**
   * Follows the event log of a workspace from what came after `after` (`eventSeq` of `/api/me`, read before any other
   * data); after any absence what was missed comes first, in order, once.
   */
  follow(workspaceId: string, after: number): void;
  /** Enters a room; gives back the function that leaves it. */
  enter(workspaceId: string, room: string, listener: RoomListener): () => void;
  close(): void;
}

/** Opens the live connection. It reconnects for ever by itself, with growing pauses of up to five seconds. */
export function openLive(options: LiveOptions): LiveClient {
  const socket: Socket<ServerMessages, ClientMessages> = io(options.baseUrl ?? "/", {
    transports: ["websocket", "polling"],
    reconnectionDelay: 250,
    reconnectionDelayMax: 5000,
    ...(options.headers && { extraHeaders: options.headers }),
  });
  const seen = new Map<string, number>();
  /** Live events that arrive while older ones are still being sent. */
  const held = new Map<string, LoggedEvent[]>();
  const followed = new Set<string>();
  const rooms = new Map<string, { workspaceId: string; listeners: Set<RoomListener> }>();

  function deliver(event: LoggedEvent): void {
    if (event.seq <= (seen.get(event.workspaceId) ?? 0)) return;
    seen.set(event.workspaceId, event.seq);
    options.onEvent(event);
  }

  function askFollow(workspaceId: string): void {
    held.set(workspaceId, []);
    socket.emit("follow", { workspaceId, after: seen.get(workspaceId) ?? 0 }, () => undefined);
  }

  function askEnter(room: string): void {
    const entry = rooms.get(room);
    if (!entry) return;
    socket.emit("enter", { workspaceId: entry.workspaceId, room }, (answer) => {
      if (answer.ok) for (const listener of entry.listeners) listener.onEnter?.();
    });
  }

  socket.on("event", (event) => {
    const waiting = held.get(event.workspaceId);
    if (waiting) waiting.push(event);
    else deliver(event);
  });
  socket.on("caughtUp", ({ workspaceId, seq }) => {
    const waiting = held.get(workspaceId) ?? [];
    held.delete(workspaceId);
    for (const event of waiting.toSorted((one, other) => one.seq - other.seq)) deliver(event);
    seen.set(workspaceId, Math.max(seq, seen.get(workspaceId) ?? 0));
  });
  socket.on("resync", ({ workspaceId, seq }) => {
    seen.set(workspaceId, seq);
    options.onResync(workspaceId);
  });
  socket.on("signal", ({ room, type, payload }) => {
    for (const listener of rooms.get(room)?.listeners ?? []) listener.onSignal(type, payload);
  });
  socket.on("presence", ({ room, people }) => {
    for (const listener of rooms.get(room)?.listeners ?? []) listener.onPresence?.(people);
  });
  socket.on("connect", () => {
    options.onStatus?.("connected");
    for (const workspaceId of followed) askFollow(workspaceId);
    for (const room of rooms.keys()) askEnter(room);
  });
  socket.on("disconnect", (reason) => {
    options.onStatus?.("offline");
    // The server closed it (signed out, restarted): Socket.IO does not come back by itself.
    if (reason === "io server disconnect") socket.connect();
  });
  socket.on("connect_error", () => {
    options.onStatus?.("offline");
    if (socket.active) return;
    const retry = options.onUnauthorized?.() ?? Promise.resolve(true);
    void retry.then((worthIt) => worthIt && setTimeout(() => socket.connect(), 1000)).catch(() => undefined);
  });

  return {
    follow(workspaceId, after) {
      if (followed.has(workspaceId)) return;
      followed.add(workspaceId);
      seen.set(workspaceId, after);
      if (socket.connected) askFollow(workspaceId);
    },
    enter(workspaceId, room, listener) {
      const known = rooms.get(room);
      if (known) {
        known.listeners.add(listener);
        listener.onEnter?.();
      } else {
        rooms.set(room, { workspaceId, listeners: new Set([listener]) });
        if (socket.connected) askEnter(room);
      }
      return () => {
        const entry = rooms.get(room);
        entry?.listeners.delete(listener);
        if (entry?.listeners.size !== 0) return;
        rooms.delete(room);
        if (socket.connected) socket.emit("leave", { room }, () => undefined);
      };
    },
    close() {
      socket.close();
    },
  };
}
