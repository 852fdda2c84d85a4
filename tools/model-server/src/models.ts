import type { Format } from "./format.ts";

/** Names that each provider really uses, so that routing and prices can be tested; any other name is answered too. */
export const MODELS: Record<Format["name"], readonly string[]> = {
  "openai-chat": ["gpt-5", "gpt-5-mini", "gpt-4.1-mini", "text-embedding-3-small"],
  "openai-responses": ["gpt-5", "gpt-5-mini", "gpt-4.1-mini", "text-embedding-3-small"],
  groq: ["llama-3.3-70b-versatile", "openai/gpt-oss-120b"],
  mistral: ["mistral-large-latest", "mistral-small-latest", "mistral-embed"],
  anthropic: ["claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"],
  gemini: ["gemini-2.5-pro", "gemini-2.5-flash", "gemini-embedding-001"],
};

export const OLLAMA_MODELS = ["llama3.2:latest", "qwen3:8b"] as const;

const CREATED = "2025-09-29T00:00:00Z";
const CREATED_SECONDS = Date.parse(CREATED) / 1000;

function describe(format: Format["name"], id: string): object {
  switch (format) {
    case "anthropic":
      return { type: "model", id, display_name: id, created_at: CREATED };
    case "gemini":
      return {
        name: `models/${id}`,
        version: "001",
        displayName: id,
        description: "A model of the model server",
        inputTokenLimit: 1_048_576,
        outputTokenLimit: 65_536,
        supportedGenerationMethods: id.includes("embedding")
          ? ["embedContent", "batchEmbedContents"]
          : ["generateContent", "countTokens"],
      };
    case "mistral":
      return {
        id,
        object: "model",
        created: CREATED_SECONDS,
        owned_by: "mistralai",
        capabilities: { completion_chat: !id.includes("embed"), function_calling: true, vision: true },
        max_context_length: 131_072,
      };
    case "groq":
      return { id, object: "model", created: CREATED_SECONDS, owned_by: "Groq", active: true, context_window: 131_072 };
    default:
      return { id, object: "model", created: CREATED_SECONDS, owned_by: "openai" };
  }
}

/** The list of models as the provider sends it (all on one page), or one of them; null when it has no such model. */
export function describeModels(format: Format["name"], id: string | undefined): object | null {
  const ids = MODELS[format];
  if (id !== undefined) return ids.includes(id) ? describe(format, id) : null;
  const all = ids.map((name) => describe(format, name));
  if (format === "gemini") return { models: all };
  if (format === "anthropic") return { data: all, has_more: false, first_id: ids[0], last_id: ids.at(-1) };
  return { object: "list", data: all };
}

/** What a local Ollama answers to those who look whether it is there. */
export function describeOllama(what: "tags" | "version"): object {
  if (what === "version") return { version: "0.12.6" };
  return {
    models: OLLAMA_MODELS.map((name) => ({
      name,
      model: name,
      modified_at: CREATED,
      size: 2_019_393_189,
      digest: "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72",
      details: {
        parent_model: "",
        format: "gguf",
        family: "llama",
        families: ["llama"],
        parameter_size: "3.2B",
        quantization_level: "Q4_K_M",
      },
    })),
  };
}
