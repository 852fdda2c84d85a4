import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Answer, ClientMessages, PresentPerson, ServerMessages } from "@mindmesh/contracts/realtime";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import type { Redis } from "ioredis";
import { Server, type Socket } from "socket.io";
import { z } from "zod";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { Caller, MemberCaller } from "../http/index.ts";
import { toAppError } from "../http/index.ts";
import { createDispatcher } from "./dispatcher.ts";
import { eventHead, oldestEvent, readEvents } from "./event-log.ts";
import type { Notifications } from "./notifications.ts";

/** More missed events than this are not sent one by one: the client loads its data anew. */
const catchUpLimit = 1000;

const withdrawalCheckMilliseconds = 60_000;

interface SocketData {
  caller: Caller;
  /** Workspaces followed. */
  followed: Set<string>;
  /** Rooms entered, by their full name. */
  entered: Map<string, string>;
}

type LiveSocket = Socket<ClientMessages, ServerMessages, Record<string, never>, SocketData>;

/** Says whether a member may enter the room `<kind>:<id>`. */
export type RoomGuard = (caller: MemberCaller, id: string) => Promise<boolean>;

export interface Realtime {
  /** Rights for rooms of a kind, given by the product that owns it. */
  guardRooms(kind: string, guard: RoomGuard): void;
  /** Sends something that is not logged to everybody in a room, on every server. */
  signal(workspaceId: string, room: string, type: string, payload: unknown): void;
  /** Closes the sockets of a session, of an API key, or all of a person's, on every server. */
  disconnect(target: { sessionId: string } | { keyId: string } | { personId: string }): void;
  /** Whether the person has an open page or device, on any server. */
  isPresent(personId: string): Promise<boolean>;
  /** Open sockets on this server. */
  connections(): number;
  close(): Promise<void>;
}

export interface RealtimeDependencies {
  http: HttpServer;
  db: Database;
  notifications: Notifications;
  redis: Redis | null;
  /** False where no socket is let in, only signals for those of other servers are sent. */
  letsIn: boolean;
  authenticate(request: IncomingMessage): Promise<Caller | null>;
  member(caller: Caller, workspaceId: string): Promise<MemberCaller | null>;
  /** Those whose sign-in, key or membership has ended since they connected. */
  withdrawn<T extends { caller: Caller; workspaceIds: Iterable<string> }>(connections: T[]): Promise<T[]>;
  /** Origins that may open a socket; requests without an Origin header are not from a browser. */
  allowedOrigin(origin: string, host: string | undefined): boolean;
  onError(error: unknown): void;
}

const followAsk = z.object({ workspaceId: z.guid(), after: z.number().int().min(0) });
const enterAsk = z.object({ workspaceId: z.guid(), room: z.string().regex(/^[a-z-]+:[0-9a-f-]{36}$/) });
const leaveAsk = z.object({ room: z.string().max(100) });

/** Attaches Socket.IO to the HTTP server: event log with catch-up, rooms, presence, signals. */
export function openRealtime(dependencies: RealtimeDependencies): Realtime {
  const { db } = dependencies;
  const io = new Server<ClientMessages, ServerMessages, Record<string, never>, SocketData>(dependencies.http, {
    serveClient: false,
    maxHttpBufferSize: 100_000,
    allowRequest: (request, allow) => {
      const { origin, host } = request.headers;
      allow(null, dependencies.letsIn && (origin === undefined || dependencies.allowedOrigin(origin, host)));
    },
    ...(dependencies.redis && { adapter: createAdapter(dependencies.redis) }),
  });
  const guards = new Map<string, RoomGuard>();
  const followers = new Map<string, number>();

  const dispatcher = createDispatcher(
    db,
    dependencies.notifications,
    ({ audiencePersonId, ...event }) => {
      io.local
        .to(
          audiencePersonId === null
            ? workspaceRoom(event.workspaceId)
            : personRoom(event.workspaceId, audiencePersonId),
        )
        .emit("event", event);
    },
    dependencies.onError,
  );

  io.use((socket, next) => {
    dependencies.authenticate(socket.request).then(
      (caller) => {
        if (caller === null) return next(new AppError("not_signed_in"));
        socket.data.caller = caller;
        socket.data.followed = new Set();
        socket.data.entered = new Map();
        next();
      },
      (error) => next(toAppError(error)),
    );
  });

  io.on("connection", (socket) => {
    const { caller } = socket.data;
    const { via } = caller;
    if (via.kind !== "program")
      void socket.join(via.kind === "session" ? `session:${via.sessionId}` : `key:${via.keyId}`);
    void socket.join(`person:${caller.personId}`);
    socket.on("follow", (ask, answer) => reply(answer, () => follow(socket, followAsk.parse(ask))));
    socket.on("enter", (ask, answer) => reply(answer, () => enter(socket, enterAsk.parse(ask))));
    socket.on("leave", (ask, answer) => reply(answer, () => leave(socket, leaveAsk.parse(ask).room)));
    socket.on("disconnect", () => {
      for (const workspaceId of socket.data.followed) unfollow(workspaceId);
      for (const [room, full] of socket.data.entered) announcePresence(full, room);
    });
  });

  async function reply(answer: unknown, work: () => Promise<void>): Promise<void> {
    let result: Answer = { ok: true };
    try {
      await work();
    } catch (error) {
      const known = error instanceof z.ZodError ? new AppError("bad_request") : toAppError(error);
      if (known.status >= 500) dependencies.onError(error);
      result = { ok: false, code: known.code, message: known.message };
    }
    if (typeof answer === "function") (answer as (result: Answer) => void)(result);
  }

  async function memberOf(socket: LiveSocket, workspaceId: string): Promise<MemberCaller> {
    const member = await dependencies.member(socket.data.caller, workspaceId);
    if (member === null) throw new AppError("not_found");
    return member;
  }

  async function follow(socket: LiveSocket, ask: z.infer<typeof followAsk>): Promise<void> {
    const { workspaceId } = ask;
    const member = await memberOf(socket, workspaceId);
    await dispatcher.begin(workspaceId);
    if (!socket.data.followed.has(workspaceId)) {
      socket.data.followed.add(workspaceId);
      followers.set(workspaceId, (followers.get(workspaceId) ?? 0) + 1);
      await socket.join([workspaceRoom(workspaceId), personRoom(workspaceId, member.personId)]);
    }
    // From here on live events reach the socket too; the client orders and discards repeats until `caughtUp`.
    const head = await eventHead(db, workspaceId);
    if (ask.after < head) {
      const missed = await readEvents(db, {
        workspaceId,
        after: ask.after,
        limit: catchUpLimit + 1,
        personId: member.personId,
      });
      // Asked for afterwards: what is pruned between the two is then known to be missing.
      const oldest = await oldestEvent(db, workspaceId);
      if (missed.length > catchUpLimit || oldest > ask.after + 1 || oldest === 0) {
        socket.emit("resync", { workspaceId, seq: head });
      } else {
        for (const { audiencePersonId: _, ...event } of missed) socket.emit("event", event);
      }
    } else if (ask.after > head) {
      // The client has seen a future that this database does not know: it was restored from a backup.
      socket.emit("resync", { workspaceId, seq: head });
    }
    socket.emit("caughtUp", { workspaceId, seq: head });
  }

  function unfollow(workspaceId: string): void {
    const left = (followers.get(workspaceId) ?? 1) - 1;
    if (left > 0) return void followers.set(workspaceId, left);
    followers.delete(workspaceId);
    dispatcher.end(workspaceId);
  }

  async function enter(socket: LiveSocket, ask: z.infer<typeof enterAsk>): Promise<void> {
    const member = await memberOf(socket, ask.workspaceId);
    const [kind = "", id = ""] = ask.room.split(":");
    const guard = guards.get(kind);
    if (!guard || !(await guard(member, id))) throw new AppError("not_found");
    const full = roomName(ask.workspaceId, ask.room);
    socket.data.entered.set(ask.room, full);
    await socket.join(full);
    announcePresence(full, ask.room);
  }

  async function leave(socket: LiveSocket, room: string): Promise<void> {
    const full = socket.data.entered.get(room);
    if (full === undefined) return;
    socket.data.entered.delete(room);
    await socket.leave(full);
    announcePresence(full, room);
  }

  function announcePresence(full: string, room: string): void {
    io.in(full)
      .fetchSockets()
      .then((sockets) => {
        const people = new Map<string, PresentPerson>();
        for (const { data } of sockets) {
          const known = people.get(data.caller.personId);
          if (known) known.connections += 1;
          else people.set(data.caller.personId, { id: data.caller.personId, name: data.caller.name, connections: 1 });
        }
        io.to(full).emit("presence", { room, people: [...people.values()] });
      })
      .catch(dependencies.onError);
  }

  // Messages that close sockets are sent once: whoever missed one, or whose key ran out, is found here.
  async function closeWithdrawn(): Promise<void> {
    const open = [...io.of("/").sockets.values()].map((socket) => ({
      socket,
      caller: socket.data.caller,
      workspaceIds: socket.data.followed,
    }));
    for (const { socket } of await dependencies.withdrawn(open)) socket.disconnect(true);
  }
  const check = () => void closeWithdrawn().catch(dependencies.onError);
  const checking = setInterval(check, withdrawalCheckMilliseconds);
  dependencies.notifications.onReconnect(check);

  dependencies.notifications.on("mindmesh_disconnect", (room) => io.local.in(room).disconnectSockets(true));

  return {
    guardRooms(kind, guard) {
      guards.set(kind, guard);
    },
    signal(workspaceId, room, type, payload) {
      io.to(roomName(workspaceId, room)).emit("signal", { room, type, payload });
    },
    disconnect(target) {
      const room =
        "sessionId" in target
          ? `session:${target.sessionId}`
          : "keyId" in target
            ? `key:${target.keyId}`
            : `person:${target.personId}`;
      dependencies.notifications.notify("mindmesh_disconnect", room).catch(dependencies.onError);
    },
    isPresent: async (personId) => (await io.in(`person:${personId}`).fetchSockets()).length > 0,
    connections: () => io.engine.clientsCount,
    async close() {
      clearInterval(checking);
      await io.close();
    },
  };
}

function workspaceRoom(workspaceId: string): string {
  return `w/${workspaceId}`;
}

function personRoom(workspaceId: string, personId: string): string {
  return `w/${workspaceId}/p/${personId}`;
}

function roomName(workspaceId: string, room: string): string {
  return `r/${workspaceId}/${room}`;
}
