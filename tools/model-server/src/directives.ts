import { type ParsedBehaviour, behaviourSchema } from "./behaviour.ts";
import { RefusedRequest } from "./prompt.ts";

const DIRECTIVE = /\[\[(.*?)\]\](?!\])/gs;
const PAIR = /([\w-]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S*))/y;

/** How each key of a directive becomes a field of a behaviour. */
const KEYS: Record<string, (value: string, into: Record<string, unknown>) => void> = {
  text: (value, into) => (into.text = value),
  sample: (value, into) => (into.sample = value),
  reasoning: (value, into) => (into.reasoning = value === "1" ? true : value === "0" ? false : value),
  chunks: (value, into) => (into.chunks = Number(value)),
  delay: (value, into) => (into.delayMs = Number(value)),
  "first-delay": (value, into) => (into.firstDelayMs = Number(value)),
  fragment: (value, into) => (into.fragmentBytes = Number(value)),
  finish: (value, into) => (into.finish = value),
  fault: (value, into) => (into.fault = value),
  after: (value, into) => (into.after = Number(value)),
  times: (value, into) => (into.times = Number(value)),
  "retry-after": (value, into) => (into.retryAfterSeconds = Number(value)),
  message: (value, into) => (into.message = value),
  bytes: (value, into) => (into.bytes = Number(value)),
  id: () => {},
  tool: (value, into) => {
    const calls = (into.toolCalls ??= []) as { name: string; arguments: string }[];
    calls.push({ name: value, arguments: "{}" });
  },
  again: (value, into) => (into.callsAgain = value === "1"),
  args: (value, into) => {
    const call = (into.toolCalls as { arguments: string }[] | undefined)?.at(-1);
    if (!call) throw new RefusedRequest(400, "model server: args= must follow a tool= in the directive");
    call.arguments = value;
  },
};

/** Reads the pairs of one directive; null when it holds no key that we know (a person's own `[[link]]`). */
function readPairs(inner: string): Record<string, unknown> | null {
  const into: Record<string, unknown> = {};
  const unknown: string[] = [];
  let known = 0;
  let position = 0;
  for (;;) {
    while (/\s/.test(inner[position] ?? "")) position += 1;
    if (position >= inner.length) break;
    PAIR.lastIndex = position;
    const pair = PAIR.exec(inner);
    if (!pair) {
      unknown.push(inner.slice(position));
      break;
    }
    const key = pair[1] ?? "";
    let value = pair[2]?.replace(/\\(.)/g, "$1") ?? pair[3] ?? pair[4] ?? "";
    position = PAIR.lastIndex;
    if (key === "text" && pair[4] !== undefined) {
      // Words without quotes run to the end of the directive.
      value += inner.slice(position);
      position = inner.length;
    }
    const apply = KEYS[key];
    if (apply) {
      known += 1;
      apply(value, into);
    } else unknown.push(key);
  }
  if (known === 0) return null;
  if (unknown.length > 0) throw new RefusedRequest(400, `model server: unknown in a directive: ${unknown.join(", ")}`);
  return into;
}

/**
 * Finds `[[key=value ...]]` in a model name or a message.
 * Returns what they ask (undefined when there are none), their words for counting repeats, and the text without them.
 * Throws RefusedRequest(400) for a misspelt key or value, so that a test with a typo fails loudly.
 */
export function readDirectives(source: string): { behaviour?: ParsedBehaviour; words: string; rest: string } {
  let merged: Record<string, unknown> | undefined;
  let words = "";
  const rest = source.replace(DIRECTIVE, (whole: string, inner: string) => {
    const pairs = readPairs(inner);
    if (!pairs) return whole;
    merged = { ...merged, ...pairs };
    words += whole;
    return "";
  });
  if (!merged) return { words, rest };
  const parsed = behaviourSchema.safeParse(merged);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RefusedRequest(
      400,
      `model server: directive ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`,
    );
  }
  return { behaviour: parsed.data, words, rest: rest.trim() };
}
