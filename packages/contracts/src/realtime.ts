import { z } from "zod";
import { id, moment } from "./fields.ts";

/**
 * One entry of a workspace's event log. `seq` counts without gaps per workspace; a client that keeps the last `seq`
 * it saw and asks for what came after misses nothing and can discard repeats.
 */
export const loggedEvent = z.object({
  workspaceId: id,
  seq: z.number().int().positive(),
  type: z.string(),
  payload: z.unknown(),
  actorId: id.nullable(),
  at: moment,
});
export type LoggedEvent = z.infer<typeof loggedEvent>;

/** Socket.IO messages from the server. */
export interface ServerMessages {
  event: (event: LoggedEvent) => void;
  /** The log no longer reaches back to the asked place: load everything again, then go on from `seq`. */
  resync: (place: { workspaceId: string; seq: number }) => void;
  /** All events up to `seq` have been sent; live ones follow. */
  caughtUp: (place: { workspaceId: string; seq: number }) => void;
  /** Not logged: token deltas, presence. Products define the shapes. */
  signal: (signal: { room: string; type: string; payload: unknown }) => void;
  presence: (state: { room: string; people: PresentPerson[] }) => void;
}

export interface PresentPerson {
  id: string;
  name: string;
  /** Open pages or devices of this person in the room. */
  connections: number;
}

/** Socket.IO messages from the client; each is answered. */
export interface ClientMessages {
  /** Follow a workspace; events after the last seen `seq` come first. */
  follow: (ask: { workspaceId: string; after: number }, answer: (result: Answer) => void) => void;
  /** Enter a room such as `conversation:<id>`; rights are checked by the product that owns the kind. */
  enter: (ask: { workspaceId: string; room: string }, answer: (result: Answer) => void) => void;
  leave: (ask: { room: string }, answer: (result: Answer) => void) => void;
}

export type Answer = { ok: true } | { ok: false; code: string; message: string };
