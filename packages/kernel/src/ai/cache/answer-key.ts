import { createHash } from "node:crypto";
import type { ModelContent } from "../messages.ts";
import type { ModelRequest } from "../model-request.ts";

/** Above this temperature a caller wants another answer each time, unless they say otherwise. */
const usualTemperature = 0;

/**
 * Whether an answer to this request may be one that was given before: its caller asks for it, it has no tools (whose
 * results may differ), and no higher temperature than the caller allows. Without a temperature none is asked for.
 */
export function isCacheable({ cache = "none", cacheTemperature, temperature, tools, messages }: ModelRequest): boolean {
  if (cache === "none" || (tools && tools.length > 0)) return false;
  const hasToolResults = messages.some(
    ({ content }) =>
      typeof content !== "string" && content.some(({ type }) => type === "tool-call" || type === "tool-result"),
  );
  return !hasToolResults && (temperature ?? 0) <= (cacheTemperature ?? usualTemperature);
}

/**
 * The same for the same request in the same workspace, and different for any other: a digest of everything that can change
 * the answer, in one order. `model` is the one that answers when the request names none.
 */
export function answerKey(request: ModelRequest, model: string): Buffer {
  const { workspaceId, system, messages, output, maxOutputTokens, temperature, topP, seed } = request;
  const { presencePenalty, frequencyPenalty, stopSequences, reasoningEffort, fallback = true } = request;
  const hash = createHash("sha256");
  const settings = {
    workspaceId,
    model,
    fallback,
    system: system ?? "",
    output: sorted(output ?? { type: "text" }),
    maxOutputTokens,
    temperature,
    topP,
    seed,
    presencePenalty,
    frequencyPenalty,
    stopSequences,
    reasoningEffort,
  };
  hash.update(JSON.stringify(settings));
  for (const { role, content } of messages) {
    const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
    hash.update(JSON.stringify([role, parts.length]));
    for (const part of parts) hash.update(contentText(part));
  }
  return hash.digest();
}

function contentText(part: ModelContent): string {
  if (part.type !== "image" && part.type !== "file") return JSON.stringify(sorted(part));
  const { data, ...rest } = part;
  const bytes = typeof data === "string" ? Buffer.from(data, "base64") : data;
  return JSON.stringify([sorted(rest), createHash("sha256").update(bytes).digest("base64")]);
}

/** The same value with the fields of every object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, sorted(each)]),
  );
}
