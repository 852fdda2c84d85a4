import type { ChatDelta, Message } from "@mindmesh/contracts/chat";
import { useSyncExternalStore } from "react";

/** What has arrived of an answer that is being written. */
export interface LiveAnswer {
  text: string;
  reasoning: string;
}

interface Entry {
  arrived: LiveAnswer;
  /** What the page shows; it follows `arrived` once per frame at most. */
  shown: LiveAnswer;
  /** Deltas that came after a gap, until the snapshot that closes it is there. */
  afterGap: ChatDelta[];
}

const entries = new Map<string, Entry>();
const listeners = new Set<() => void>();
const nothing: LiveAnswer = { text: "", reasoning: "" };
let scheduled = false;
let lastFlush = 0;
let pauseMilliseconds = 0;

function flush() {
  scheduled = false;
  lastFlush = performance.now();
  for (const entry of entries.values()) entry.shown = entry.arrived;
  for (const listener of listeners) listener();
}

/** Draws with the first frame after the pause. A frame asked for earlier would cost the browser one, and draw nothing. */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  const rest = lastFlush + pauseMilliseconds - performance.now();
  if (rest > 0) setTimeout(() => requestAnimationFrame(flush), rest);
  else requestAnimationFrame(flush);
}

/**
 * Tells that an answer has been drawn. The next drawing waits three times as long as this one took, so that a slow
 * device spends at most a quarter of its time on it and stays responsive.
 */
export function reportDrawn() {
  pauseMilliseconds = Math.min(500, (performance.now() - lastFlush) * 4);
}

function entryOf(messageId: string) {
  let entry = entries.get(messageId);
  if (!entry) {
    entry = { arrived: nothing, shown: nothing, afterGap: [] };
    entries.set(messageId, entry);
  }
  return entry;
}

/** Appends what is new in the delta; false when something before it is missing. */
function append(entry: Entry, { kind, offset, text }: ChatDelta) {
  const known = entry.arrived[kind];
  if (offset > known.length) return false;
  const fresh = text.slice(known.length - offset);
  if (fresh !== "") entry.arrived = { ...entry.arrived, [kind]: known + fresh };
  return true;
}

/**
 * Adds a part of an answer at its place. Parts that were known are discarded.
 * Gives back "gap" when parts before it are missing: fetch the message and give it to `takeSnapshot`.
 */
export function applyDelta(delta: ChatDelta): "applied" | "gap" {
  const entry = entryOf(delta.messageId);
  if (entry.afterGap.length > 0 || !append(entry, delta)) {
    entry.afterGap.push(delta);
    return "gap";
  }
  schedule();
  return "applied";
}

/** Takes what the server has of a streaming answer, keeping what arrived later. */
export function takeSnapshot(message: Pick<Message, "id" | "text" | "reasoning">) {
  const entry = entryOf(message.id);
  const { arrived, afterGap } = entry;
  entry.arrived = {
    text: message.text.length > arrived.text.length ? message.text : arrived.text,
    reasoning: message.reasoning.length > arrived.reasoning.length ? message.reasoning : arrived.reasoning,
  };
  entry.afterGap = afterGap.filter((delta) => !append(entry, delta));
  schedule();
}

/** Whether parts of this answer wait for a snapshot. */
export const hasGap = (messageId: string) => (entries.get(messageId)?.afterGap.length ?? 0) > 0;

/** Once the answer has ended, the message itself holds its text. */
export function forgetLiveAnswer(messageId: string) {
  entries.delete(messageId);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Text and reasoning of a message as they stand: live while it streams, its own otherwise. */
export function useAnswer(message: Pick<Message, "id" | "text" | "reasoning" | "status">): LiveAnswer {
  const live = useSyncExternalStore(subscribe, () => entries.get(message.id)?.shown);
  return message.status === "streaming" && live && live !== nothing ? live : message;
}

/** All that has arrived of a message, drawn or not. */
export function textOf(message: Pick<Message, "id" | "text" | "reasoning" | "status">): LiveAnswer {
  return message.status === "streaming" ? (entries.get(message.id)?.arrived ?? message) : message;
}
