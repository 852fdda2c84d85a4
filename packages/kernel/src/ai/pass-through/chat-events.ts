import { BadAnswer, ErrorInStream } from "../provider-errors.ts";
import type { Usage } from "../price.ts";
import { readChatUsage } from "./chat-usage.ts";

/** As for streams that are parsed: no event of an honest provider comes near it. */
const largestEventBytes = 4 * 1024 * 1024;
const largestAnswerBytes = 64 * 1024 * 1024;

const finishField = Buffer.from('"finish_reason"');
const usageField = Buffer.from('"usage"');
const errorField = Buffer.from('"error"');
const doneLine = Buffer.from("[DONE]");

const lineFeed = 10;
const carriageReturn = 13;
const space = 32;
const quote = 34;
const colon = 58;
const brace = 123;
const letterD = 100;

/** What the bytes of a streamed chat completion say, read without parsing what only passes through. */
export interface ChatEvents {
  /** Whole events to be passed on, or null while there are none. @throws BadAnswer, ErrorInStream */
  read(chunk: Buffer): Buffer | null;
  /** Whether an event with content, a reason or an error has come: anything but pings. */
  hasBegun(): boolean;
  /** Whether the provider has said why it ended. */
  isFinished(): boolean;
  /** Whether `[DONE]` has come: whatever follows is nobody's. */
  isDone(): boolean;
  usage(): Usage | null;
  /** About how many bytes of text have come, for the case that their tokens are never reported. */
  textBytes(): number;
}

/** The first byte of a field's value; fields inside of strings have a backslash before their quote, and do not match. */
function valueAfter(bytes: Buffer, at: number): number {
  let index = at;
  while (bytes[index] === space) index += 1;
  if (bytes[index] !== colon) return -1;
  index += 1;
  while (bytes[index] === space) index += 1;
  return index;
}

/** Whether the field occurs in `bytes` from `from` to `to` with a value that begins with one of `starts`. */
function hasField(bytes: Buffer, field: Buffer, from: number, to: number, starts: readonly number[]): boolean {
  for (let at = bytes.indexOf(field, from); at !== -1 && at < to; at = bytes.indexOf(field, at + field.length)) {
    const value = bytes[valueAfter(bytes, at + field.length)];
    if (value !== undefined && starts.includes(value)) return true;
  }
  return false;
}

/** The end of the event that begins at `from`, its empty line included; -1 when it is not whole. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(lineFeed, from); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at + 1] === lineFeed) return at + 2;
    if (bytes[at + 1] === carriageReturn && bytes[at + 2] === lineFeed) return at + 3;
  }
  return -1;
}

function dataOf(bytes: Buffer, from: number, to: number): unknown {
  const lines = bytes.toString("utf8", from, to).split(/\r?\n/);
  const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5));
  try {
    return JSON.parse(data.join("\n")) as unknown;
  } catch {
    throw new BadAnswer("sent something that is not part of an answer");
  }
}

/**
 * Reads a streamed chat completion as it passes. Only events with usage or an error are parsed; in all others a search
 * for bytes tells what must be known. `[DONE]` is held back, so that whoever passes the events on says the end.
 * @param includesUsage whether the client asked for the event that carries nothing but the usage
 */
export function readChatEvents(includesUsage: boolean): ChatEvents {
  let rest: Buffer | null = null;
  let total = 0;
  let events = 0;
  let bytesOfEvents = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let hasBegun = false;
  let isFinished = false;
  let isDone = false;
  let usage: Usage | null = null;

  /** What of the event is to be passed on: all or nothing. */
  function passes(bytes: Buffer, from: number, to: number): boolean {
    // A comment, such as a ping.
    if (bytes[from] !== letterD) return true;
    hasBegun = true;
    const size = to - from;
    events += 1;
    bytesOfEvents += size;
    if (size < smallest) smallest = size;
    if (size < 32 && bytes.indexOf(doneLine, from) < to && bytes.indexOf(doneLine, from) !== -1) {
      isDone = true;
      return false;
    }
    // JSON that was cut short would stop the client's parser.
    if (!endsInBrace(bytes, to)) dataOf(bytes, from, to);
    if (hasField(bytes, errorField, from, to, [brace, quote])) {
      const data = dataOf(bytes, from, to);
      if ((data as { error?: unknown }).error) throw new ErrorInStream(data);
    }
    if (hasField(bytes, finishField, from, to, [quote])) isFinished = true;
    if (!hasField(bytes, usageField, from, to, [brace])) return true;
    const data = dataOf(bytes, from, to) as { choices?: unknown; usage?: unknown; x_groq?: { usage?: unknown } };
    usage = readChatUsage(data.usage ?? data.x_groq?.usage) ?? usage;
    return includesUsage || !Array.isArray(data.choices) || data.choices.length > 0;
  }

  function read(chunk: Buffer): Buffer | null {
    total += chunk.length;
    const bytes: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk]);
    rest = null;
    const kept: Buffer[] = [];
    let from = 0;
    let keptFrom = 0;
    while (!isDone) {
      const end = endOfEvent(bytes, from);
      if (end === -1) break;
      if (!passes(bytes, from, end)) {
        if (from > keptFrom) kept.push(bytes.subarray(keptFrom, from));
        keptFrom = end;
      }
      from = end;
    }
    if (from > keptFrom) kept.push(bytes.subarray(keptFrom, from));
    if (!isDone && from < bytes.length) rest = bytes.subarray(from);
    if ((rest?.length ?? 0) > largestEventBytes || total > largestAnswerBytes) {
      throw new BadAnswer("sent more in one piece than can be accepted");
    }
    if (kept.length < 2) return kept[0] ?? null;
    return Buffer.concat(kept);
  }

  return {
    read,
    hasBegun: () => hasBegun,
    isFinished: () => isFinished,
    isDone: () => isDone,
    usage: () => usage,
    textBytes: () => (events === 0 ? 0 : Math.max(0, bytesOfEvents - events * smallest)),
  };
}

const closingBrace = 125;

function endsInBrace(bytes: Buffer, to: number): boolean {
  let at = to - 1;
  while (bytes[at] === lineFeed || bytes[at] === carriageReturn || bytes[at] === space) at -= 1;
  return bytes[at] === closingBrace;
}
