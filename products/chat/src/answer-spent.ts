import type { ModelPart } from "@mindmesh/kernel/ai";

/** What the model calls of one answer used together. Null: at least one of them did not say. */
export interface AnswerSpent {
  inputTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  cachedInputTokens: number | null;
  /** US dollars. */
  costUsd: number | null;
}

const sum = (one: number | null, other: number | null) => (one === null || other === null ? null : one + other);

/** Adds what one more model call used. */
export function addSpent(spent: AnswerSpent | null, finish: Extract<ModelPart, { type: "finish" }>): AnswerSpent {
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens } = finish.usage;
  const more = { inputTokens, outputTokens, reasoningTokens, cachedInputTokens, costUsd: finish.costUsd };
  if (spent === null) return more;
  return {
    inputTokens: sum(spent.inputTokens, more.inputTokens),
    outputTokens: sum(spent.outputTokens, more.outputTokens),
    reasoningTokens: sum(spent.reasoningTokens, more.reasoningTokens),
    cachedInputTokens: sum(spent.cachedInputTokens, more.cachedInputTokens),
    costUsd: sum(spent.costUsd, more.costUsd),
  };
}
