import type { Connection } from "../connection.ts";

/** A chat completion's body in OpenAI's form. */
export type ChatBody = Record<string, unknown> & { model: string; stream?: boolean | null | undefined };

const common = [
  "model",
  "messages",
  "stream",
  "temperature",
  "top_p",
  "stop",
  "tools",
  "tool_choice",
  "response_format",
];

// These refuse a request for one field that they do not know; the others pass over it.
const strictFields: Partial<Record<Connection["kind"], ReadonlySet<string>>> = {
  groq: new Set([
    ...common,
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "parallel_tool_calls",
    "user",
  ]),
  mistral: new Set([...common, "max_tokens", "presence_penalty", "frequency_penalty", "parallel_tool_calls"]),
};

/** Reading an address costs as much as looking up a key. */
const addresses = new WeakMap<Connection, URL>();

/** Where a connection takes chat completions in OpenAI's form; null where it speaks another format. */
function addressOf(connection: Connection): URL | null {
  const { kind, baseUrl } = connection;
  if (kind === "anthropic" || kind === "google") return null;
  const known = addresses.get(connection);
  if (known) return known;
  const address = new URL(`${baseUrl}${kind === "ollama" ? "/v1" : ""}/chat/completions`);
  addresses.set(connection, address);
  return address;
}

/**
 * The request as a provider of the same format gets it: the client's own, with the provider's name of the model and a
 * question for the usage. Null where the provider would not understand it as it is.
 * @param maxOutputTokens what a budget allows, where the client set no limit
 */
export function sameFormat(
  connection: Connection,
  model: string,
  body: ChatBody,
): { url: URL; write(maxOutputTokens: number | undefined): string } | null {
  const url = addressOf(connection);
  if (url === null) return null;
  const known = strictFields[connection.kind];
  const isMistral = connection.kind === "mistral";
  const fields = Object.keys(body);
  if (known && fields.some((field) => !known.has(field) && !(isMistral && field === "stream_options"))) return null;
  return {
    url,
    write(maxOutputTokens) {
      const request: ChatBody = { ...body, model };
      const isLimited = body["max_tokens"] != null || body["max_completion_tokens"] != null;
      if (!isLimited && maxOutputTokens !== undefined) {
        request[connection.kind === "openai" ? "max_completion_tokens" : "max_tokens"] = maxOutputTokens;
      }
      // Mistral reports the usage always, and does not know the question.
      const asksUsage = body.stream === true && !isMistral;
      // What is undefined is not written.
      request["stream_options"] = asksUsage
        ? { ...(body["stream_options"] as object | null), include_usage: true }
        : undefined;
      return JSON.stringify(request);
    },
  };
}
