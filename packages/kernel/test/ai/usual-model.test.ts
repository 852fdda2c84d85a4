import { expect, it } from "vitest";
import type { Connection, KeySource } from "../../src/ai/connection.ts";
import type { AvailableModel } from "../../src/ai/model-list.ts";
import type { ProviderKind } from "../../src/ai/providers/index.ts";
import { usualModel } from "../../src/ai/usual-model.ts";

function offer(
  kind: ProviderKind,
  via: KeySource,
  names: string[],
): { connection: Connection; models: AvailableModel[] } {
  const refuse = () => Promise.reject(new Error("not asked"));
  const connection: Connection = {
    provider: kind,
    kind,
    label: kind,
    source: via,
    baseUrl: "http://provider.example",
    fetch: Object.assign(refuse, { send: refuse, sendWhole: () => ({ answer: refuse(), abort: () => undefined }) }),
    readKey: () => null,
  };
  const models = names.map((name) => ({
    id: `${kind}/${name}`,
    provider: kind,
    providerLabel: kind,
    name,
    contextTokens: null,
    price: null,
    via,
  }));
  return { connection, models };
}

function usual(...offers: ReturnType<typeof offer>[]): string | null {
  return usualModel(
    offers.flatMap((each) => each.models),
    offers.map((each) => each.connection),
  );
}

it.each([
  [
    "anthropic",
    ["claude-opus-5", "claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929", "claude-haiku-9"],
    "claude-sonnet-4-5-20250929",
  ],
  ["openai", ["gpt-4o", "gpt-5-mini", "gpt-5", "gpt-5.2", "gpt-5.10", "o3", "gpt-5.10-nano"], "gpt-5.10"],
  ["openai", ["o3", "gpt-4o"], "gpt-4o"],
  ["google", ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-3-pro-preview"], "gemini-2.5-pro"],
  ["google", ["gemma-3", "gemini-3-pro-preview"], "gemini-3-pro-preview"],
  ["groq", ["llama-3.1-8b-instant", "llama-3.3-70b-versatile"], "llama-3.3-70b-versatile"],
  ["mistral", ["codestral-latest", "mistral-large-latest"], "mistral-large-latest"],
  ["ollama", ["llama3.2:latest", "qwen3:8b"], "llama3.2:latest"],
] as const)("of %s's %s it is %s", (kind, names, expected) => {
  expect(usual(offer(kind, "server", [...names]))).toBe(`${kind}/${expected}`);
});

it("a person's own key comes before the workspace's, the server's and a local one", () => {
  const local = offer("ollama", "local", ["llama3.2"]);
  const server = offer("anthropic", "server", ["claude-sonnet-5"]);
  const workspace = offer("openai", "workspace", ["gpt-5"]);
  const person = offer("groq", "person", ["some-model"]);
  expect(usual(local, server, workspace, person)).toBe("groq/some-model");
  expect(usual(local, server, workspace)).toBe("openai/gpt-5");
  expect(usual(local, server)).toBe("anthropic/claude-sonnet-5");
  expect(usual(local)).toBe("ollama/llama3.2");
  expect(usual()).toBeNull();
});

it("a provider without models is passed over", () => {
  expect(usual(offer("anthropic", "person", []), offer("mistral", "server", ["small"]))).toBe("mistral/small");
});
