import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { ModelGateway } from "@mindmesh/kernel/product";
import type { Config } from "@mindmesh/kernel/config";
import { AppError } from "@mindmesh/kernel/errors";

/** Answers from the OpenAI-compatible server of the environment. */
export function openAiSource(config: Config): ModelGateway {
  const baseURL = config.OPENAI_COMPATIBLE_BASE_URL;
  const provider = baseURL
    ? createOpenAICompatible({ name: "compatible", baseURL, apiKey: config.OPENAI_COMPATIBLE_API_KEY ?? "none" })
    : null;
  return {
    defaultModel: () => Promise.resolve(provider ? "compatible/default" : null),
    async *stream({ model, system, messages, signal }) {
      if (!provider) throw new AppError("no_model");
      const { stream } = await provider.chatModel(model.split("/")[1] ?? model).doStream({
        prompt: [
          ...(system ? [{ role: "system" as const, content: system }] : []),
          ...messages.map(({ role, text }) => ({ role, content: [{ type: "text" as const, text }] })),
        ],
        abortSignal: signal,
      });
      for await (const part of stream) {
        if (part.type === "text-delta") yield { type: "text", text: part.delta };
        if (part.type === "reasoning-delta") yield { type: "reasoning", text: part.delta };
        if (part.type === "error") throw new AppError("model_failed", { cause: part.error });
        if (part.type === "finish") {
          yield {
            type: "finish",
            reason: part.finishReason.unified,
            costUsd: null,
            usage: {
              inputTokens: part.usage.inputTokens.total ?? null,
              outputTokens: part.usage.outputTokens.total ?? null,
              reasoningTokens: part.usage.outputTokens.reasoning ?? null,
              cachedInputTokens: part.usage.inputTokens.cacheRead ?? null,
            },
          };
        }
      }
    },
  };
}
