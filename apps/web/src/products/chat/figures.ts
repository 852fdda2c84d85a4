import type { Message } from "@mindmesh/contracts/chat";

/** US dollars as people read them: "$0.0042", "$1.30". */
export function dollars(amount: number) {
  if (amount === 0) return "$0";
  if (amount < 0.0001) return "< $0.0001";
  return `$${amount < 0.1 ? amount.toFixed(4).replace(/0{1,2}$/, "") : amount.toFixed(2)}`;
}

/** "1,204". */
export const count = (amount: number) => amount.toLocaleString("en");

/** The model's own name without its provider: `openai/gpt-5-mini` is "gpt-5-mini". */
export const shortModel = (model: string) => model.slice(model.indexOf("/") + 1);

export interface Spent {
  inputTokens: number;
  outputTokens: number;
  /** Known costs together, in US dollars. */
  costUsd: number;
  /** How many answers have no known cost. */
  unknownCosts: number;
  answers: number;
}

/** What a conversation has used in all its branches. */
export function spentOn(messages: readonly Message[]): Spent {
  const spent: Spent = { inputTokens: 0, outputTokens: 0, costUsd: 0, unknownCosts: 0, answers: 0 };
  for (const { role, usage } of messages) {
    if (role !== "assistant" || usage === null) continue;
    spent.answers += 1;
    spent.inputTokens += usage.inputTokens ?? 0;
    spent.outputTokens += usage.outputTokens ?? 0;
    if (usage.costUsd === null) spent.unknownCosts += 1;
    else spent.costUsd += usage.costUsd;
  }
  return spent;
}

/** The cost in words, honest about what is not known. */
export function costInWords(spent: Spent) {
  if (spent.unknownCosts === 0) return dollars(spent.costUsd);
  if (spent.unknownCosts === spent.answers) return "unknown";
  return `${dollars(spent.costUsd)} and ${spent.unknownCosts} unknown`;
}
