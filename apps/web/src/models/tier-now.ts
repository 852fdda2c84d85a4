import type { ModelTier, Routing } from "@mindmesh/contracts/routing";
import { conditionInWords } from "../settings/routing/tier-words.ts";

/** What a tier would choose for an ordinary question in Chat now, and why; null when nothing can be called. */
export interface TierNow {
  model: string;
  why: string;
}

const payers = { person: "your key", workspace: "the workspace’s key", server: "the server’s key", local: "local" };

/** Follows the first rule that holds for such a question, else what the tier chooses by itself. */
export function tierNow(routing: Routing, tier: ModelTier): TierNow | null {
  const number = routing.rules.findIndex(
    (rule) =>
      rule.tier === tier &&
      (rule.when.product ?? "chat") === "chat" &&
      (rule.when.complexity ?? "ordinary") === "ordinary" &&
      rule.when.longerThanTokens === undefined &&
      rule.when.images === undefined &&
      rule.when.tools === undefined,
  );
  const rule = routing.rules[number];
  const chain = rule
    ? routing.resolved[number]
    : routing.automatic.find((each) => each.tier === tier && each.complexity === "ordinary")?.models;
  const first = chain?.find(({ via }) => via !== null);
  if (!first?.via) return null;
  const by = rule ? `by an admin’s rule (${conditionInWords(rule.when).toLowerCase()})` : "chosen by itself";
  return { model: first.model, why: `${by}, ${payers[first.via]}` };
}
