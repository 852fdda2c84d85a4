import type { IncomingHttpHeaders } from "node:http";
import type { Format } from "./format.ts";
import { anthropic } from "./formats/anthropic.ts";
import { gemini } from "./formats/gemini.ts";
import { groq } from "./formats/groq.ts";
import { mistral } from "./formats/mistral.ts";
import { openaiChat } from "./formats/openai-chat.ts";
import { openaiResponses } from "./formats/openai-responses.ts";

/** What a method and a path ask for, and in whose format to answer. */
export type Route =
  | { kind: "answer"; format: Format; path: { model?: string; stream?: boolean } }
  | { kind: "count-tokens"; format: Format; path: { model?: string } }
  | { kind: "embeddings"; format: Format; path: { model?: string } }
  | { kind: "models"; format: Format; id: string | undefined }
  | { kind: "ollama"; format: Format; what: "tags" | "version" | "root" }
  | { kind: "control"; format: Format }
  | { kind: "unknown"; format: Format };

/**
 * The chat completions spoken under a prefix. api.groq.com has its API under /openai/v1, so that path alone is Groq's too.
 */
function dialectOf(path: string): { chat: Format; rest: string } {
  const prefixed = /^\/(groq\/openai|groq|openai|mistral)(\/v1\/.*)$/.exec(path);
  if (!prefixed) return { chat: openaiChat, rest: path };
  return { chat: prefixed[1] === "mistral" ? mistral : groq, rest: prefixed[2] ?? "" };
}

function geminiRoute(path: string): Route | null {
  const match = /^\/v1beta\/models(?:\/(.+?))?(?::(\w+))?$/.exec(path);
  if (!match) return null;
  const model = match[1] === undefined ? undefined : decodeURIComponent(match[1]);
  const format = gemini;
  switch (match[2]) {
    case undefined:
      return { kind: "models", format, id: model };
    case "generateContent":
    case "streamGenerateContent":
      return { kind: "answer", format, path: { model: model ?? "", stream: match[2] === "streamGenerateContent" } };
    case "embedContent":
    case "batchEmbedContents":
      return { kind: "embeddings", format, path: { model: model ?? "" } };
    case "countTokens":
      return { kind: "count-tokens", format, path: { model: model ?? "" } };
    default:
      return { kind: "unknown", format };
  }
}

/** Finds the route of a request; /v1/models is told apart by the headers that only Anthropic's clients send. */
export function findRoute(method: string, path: string, headers: IncomingHttpHeaders): Route {
  const { chat, rest } = dialectOf(path);
  const isAnthropic = headers["anthropic-version"] !== undefined || headers["x-api-key"] !== undefined;
  const unknown: Route = { kind: "unknown", format: isAnthropic ? anthropic : chat };
  if (path === "/_control") return { kind: "control", format: openaiChat };
  const google = geminiRoute(path);
  if (google) return (method === "GET") === (google.kind === "models") ? google : unknown;
  if (method === "GET") {
    const models = /^\/v1\/models(?:\/(.+))?$/.exec(rest);
    if (models) {
      return {
        kind: "models",
        format: unknown.format,
        id: models[1] === undefined ? undefined : decodeURIComponent(models[1]),
      };
    }
    if (path === "/api/tags") return { kind: "ollama", format: openaiChat, what: "tags" };
    if (path === "/api/version") return { kind: "ollama", format: openaiChat, what: "version" };
    return path === "/" ? { kind: "ollama", format: openaiChat, what: "root" } : unknown;
  }
  switch (method === "POST" ? rest : "") {
    case "/v1/chat/completions":
      return { kind: "answer", format: chat, path: {} };
    case "/v1/responses":
      return { kind: "answer", format: openaiResponses, path: {} };
    case "/v1/messages":
      return { kind: "answer", format: anthropic, path: {} };
    case "/v1/messages/count_tokens":
      return { kind: "count-tokens", format: anthropic, path: {} };
    case "/v1/embeddings":
      return { kind: "embeddings", format: chat, path: {} };
    default:
      return unknown;
  }
}
