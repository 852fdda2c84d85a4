import { anthropic } from "./anthropic.ts";
import { compatible } from "./compatible.ts";
import { google } from "./google.ts";
import { groq } from "./groq.ts";
import { mistral } from "./mistral.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import type { Provider, ProviderKind } from "./provider.ts";

export type { Endpoint, ListedModel, Provider, ProviderKind } from "./provider.ts";

export const providers: Record<ProviderKind, Provider> = {
  anthropic,
  openai,
  google,
  mistral,
  groq,
  compatible,
  ollama,
};

/**
 * A base URL as a person or the operator wrote it, made ready for use: no slash at the end, and where it names only a
 * server, the provider's usual path is added (`https://api.anthropic.com` means `https://api.anthropic.com/v1`).
 */
export function readBaseUrl(kind: ProviderKind, given: string): string {
  const url = new URL(given);
  const path = url.pathname.replace(/\/+$/, "");
  if (kind === "ollama") return url.origin + path.replace(/\/(?:v1|api)$/, "");
  const usual = new URL(providers[kind].defaultBaseUrl ?? "http://any/v1").pathname;
  return url.origin + (path === "" ? usual : path);
}
