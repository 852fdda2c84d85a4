import type { Config } from "../config/index.ts";
import type { Outbound, PooledFetch } from "../outbound/index.ts";
import { type Provider, type ProviderKind, providers, readBaseUrl } from "./providers/index.ts";

/** Whose key pays: the person's, the workspace's, the server's; "local" is an Ollama, which needs none. */
export type KeySource = "person" | "workspace" | "server" | "local";

/** One way to reach a provider. */
export interface Connection {
  /** First half of a model's id, such as `openai`; a compatible server has a name of its own. */
  provider: string;
  kind: ProviderKind;
  /** How people know it. */
  label: string;
  source: KeySource;
  baseUrl: string;
  fetch: PooledFetch;
  /** Decrypts only when a call is made. @throws UndecipherableSecret */
  readKey(): string | null;
}

/** A model that is called as `provider/model`. */
export interface ModelName {
  provider: string;
  model: string;
}

/** Splits `provider/model` at its first slash; null when it is none. */
export function readModelName(id: string): ModelName | null {
  const slash = id.indexOf("/");
  if (slash < 1 || slash === id.length - 1) return null;
  return { provider: id.slice(0, slash), model: id.slice(slash + 1) };
}

export function providerOf(connection: Connection): Provider {
  return providers[connection.kind];
}

/** Whether it probably leads to what the people here run themselves, and not to a stranger. */
export function isOwn({ kind, source }: Connection): boolean {
  return source === "local" || kind === "ollama" || kind === "compatible";
}

/** Settings of `Config` that say which models the server itself brings. */
export type ModelSettings = Pick<
  Config,
  | "ANTHROPIC_API_KEY"
  | "ANTHROPIC_BASE_URL"
  | "OPENAI_API_KEY"
  | "OPENAI_BASE_URL"
  | "GOOGLE_GENERATIVE_AI_API_KEY"
  | "GEMINI_API_KEY"
  | "GOOGLE_BASE_URL"
  | "GROQ_API_KEY"
  | "GROQ_BASE_URL"
  | "MISTRAL_API_KEY"
  | "MISTRAL_BASE_URL"
  | "OLLAMA_BASE_URL"
  | "OPENAI_COMPATIBLE_API_KEY"
  | "OPENAI_COMPATIBLE_BASE_URL"
>;

/** Where each provider is: its public address unless the operator set another one. Null: only known per key. */
export function baseUrlsOf(settings: ModelSettings): Record<ProviderKind, string | null> {
  const given: Record<ProviderKind, string | undefined> = {
    anthropic: settings.ANTHROPIC_BASE_URL,
    openai: settings.OPENAI_BASE_URL,
    google: settings.GOOGLE_BASE_URL,
    groq: settings.GROQ_BASE_URL,
    mistral: settings.MISTRAL_BASE_URL,
    ollama: settings.OLLAMA_BASE_URL,
    compatible: settings.OPENAI_COMPATIBLE_BASE_URL,
  };
  return Object.fromEntries(
    Object.entries(given).map(([kind, url]) => {
      const known = url ?? providers[kind as ProviderKind].defaultBaseUrl;
      return [kind, known === null ? null : readBaseUrl(kind as ProviderKind, known)];
    }),
  ) as Record<ProviderKind, string | null>;
}

/** The connections of the server's environment, in the order in which providers are preferred. */
export function serverConnections(settings: ModelSettings, outbound: Outbound): Connection[] {
  const urls = baseUrlsOf(settings);
  const keys: Partial<Record<ProviderKind, string | undefined>> = {
    anthropic: settings.ANTHROPIC_API_KEY,
    openai: settings.OPENAI_API_KEY,
    google: settings.GOOGLE_GENERATIVE_AI_API_KEY ?? settings.GEMINI_API_KEY,
    mistral: settings.MISTRAL_API_KEY,
    groq: settings.GROQ_API_KEY,
  };
  const found: Connection[] = [];
  const add = (kind: ProviderKind, provider: string, source: KeySource, baseUrl: string | null, key: string | null) => {
    if (baseUrl === null) return;
    const { label } = providers[kind];
    found.push({ provider, kind, label, source, baseUrl, fetch: outbound.trustedFetch, readKey: () => key });
  };
  for (const [kind, key] of Object.entries(keys) as [ProviderKind, string | undefined][]) {
    if (key !== undefined) add(kind, kind, "server", urls[kind], key);
  }
  add("compatible", "openai-compatible", "server", urls.compatible, settings.OPENAI_COMPATIBLE_API_KEY ?? null);
  return found;
}
