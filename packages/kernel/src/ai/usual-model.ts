import type { Connection, KeySource } from "./connection.ts";
import type { AvailableModel } from "./model-list.ts";
import type { ProviderKind } from "./providers/index.ts";

const sources: KeySource[] = ["person", "workspace", "server", "local"];
const kinds: ProviderKind[] = ["anthropic", "openai", "google", "mistral", "groq", "compatible", "ollama"];

/** A provider's all-round models: good answers at a middling price. The highest version of the first that exists is taken. */
const allRound: Record<ProviderKind, RegExp[]> = {
  anthropic: [/^claude-sonnet-\d/, /^claude-opus-\d/, /^claude-haiku-\d/],
  openai: [/^gpt-\d+(\.\d+)?$/, /^gpt-\d+(\.\d+)?-mini$/, /^gpt-4o$/],
  google: [/^gemini-[\d.]+-pro$/, /^gemini-[\d.]+-flash$/, /^gemini-[\d.]+-pro/],
  mistral: [/^mistral-large-latest$/, /^mistral-medium-latest$/],
  groq: [/^openai\/gpt-oss-120b$/, /^llama-[\d.]+-70b/],
  compatible: [],
  ollama: [],
};

/** For comparing versions: without the day of release, which is no version. */
function version(id: string): string {
  return id.replace(/-20\d{6}$/, "");
}

/** The highest version of what the first pattern matches that matches anything; null when none does. */
export function newestOf(ids: string[], patterns: RegExp[]): string | null {
  for (const pattern of patterns) {
    const matching = ids.filter((id) => pattern.test(id));
    const [newest] = matching.sort((a, b) => version(b).localeCompare(version(a), "en", { numeric: true }));
    if (newest !== undefined) return newest;
  }
  return null;
}

/**
 * The model to begin with when nobody has chosen one: the person's keys before the workspace's, the server's, a local
 * Ollama; then Anthropic, OpenAI, Google, Mistral, Groq, other servers; of each its newest all-round model, or the
 * first of its list. Null when there is none.
 */
export function usualModel(models: AvailableModel[], connections: Connection[]): string | null {
  const order = (connection: Connection) => sources.indexOf(connection.source) * 100 + kinds.indexOf(connection.kind);
  for (const connection of connections.toSorted((a, b) => order(a) - order(b))) {
    const own = models.filter((each) => each.provider === connection.provider && each.via === connection.source);
    const ids = own.map((each) => each.id.slice(connection.provider.length + 1));
    const newest = newestOf(ids, allRound[connection.kind]);
    if (newest !== null) return `${connection.provider}/${newest}`;
    if (own[0]) return own[0].id;
  }
  return null;
}
