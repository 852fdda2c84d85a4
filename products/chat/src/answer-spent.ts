import type { Message } from "@mindmesh/contracts/chat";
import type { ModelPart } from "@mindmesh/kernel/ai";
import type { MessageRow } from "./schema.ts";

/** What the model calls of one answer used together (null: at least one of them did not say), and who answered. */
export interface AnswerSpent {
  inputTokens: number | null;
  outputTokens: number | null;
  reasoningTokens: number | null;
  cachedInputTokens: number | null;
  /** US dollars. */
  costUsd: number | null;
  answeredBy: Message["answeredBy"];
}

type Finish = Extract<ModelPart, { type: "finish" }>;

const sum = (one: number | null, other: number | null) => (one === null || other === null ? null : one + other);

/** What an answer that is continued has used before; null when that is nothing. */
export function spentBefore(answer: MessageRow): AnswerSpent | null {
  const { inputTokens, outputTokens, reasoningTokens, cachedInputTokens, costUsd, answeredBy } = answer;
  const isNew = answer.text === "" && answer.reasoning === "" && inputTokens === null && answeredBy.length === 0;
  return isNew ? null : { inputTokens, outputTokens, reasoningTokens, cachedInputTokens, costUsd, answeredBy };
}

/** What one more model call used. */
const spentOn = ({ usage, costUsd, model, route }: Finish): AnswerSpent => ({
  inputTokens: usage.inputTokens,
  outputTokens: usage.outputTokens,
  reasoningTokens: usage.reasoningTokens,
  cachedInputTokens: usage.cachedInputTokens,
  costUsd,
  answeredBy: [{ model, route }],
});

/** Adds what one more model call used. */
export const addSpent = (spent: AnswerSpent | null, finish: Finish): AnswerSpent => addedSpent(spent, spentOn(finish));

/** Models that are kept of one answer; a chain that changes all the time would fill the row. */
const mostKept = 20;

export function addedSpent(spent: AnswerSpent | null, more: AnswerSpent): AnswerSpent {
  if (spent === null) return more;
  const { model, route } = spent.answeredBy.at(-1) ?? {};
  const [first, ...rest] = more.answeredBy;
  const isSame = first?.model === model && first?.route === route;
  return {
    inputTokens: sum(spent.inputTokens, more.inputTokens),
    outputTokens: sum(spent.outputTokens, more.outputTokens),
    reasoningTokens: sum(spent.reasoningTokens, more.reasoningTokens),
    cachedInputTokens: sum(spent.cachedInputTokens, more.cachedInputTokens),
    costUsd: sum(spent.costUsd, more.costUsd),
    answeredBy: [...spent.answeredBy, ...(isSame ? rest : more.answeredBy)].slice(-mostKept),
  };
}
