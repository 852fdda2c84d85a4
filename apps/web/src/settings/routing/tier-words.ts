import type { Complexity, ModelTier, RoutingCondition } from "@mindmesh/contracts/routing";

export const tierTitles: Record<ModelTier, string> = {
  fast: "Fast",
  quality: "Quality",
  cheap: "Cheap",
  backup: "Backup",
};

export const tierDescriptions: Record<ModelTier, string> = {
  fast: "Short waits: small models, a middling one for hard tasks.",
  quality: "The best answers: large models, a middling one for simple tasks.",
  cheap: "The lowest price, local models first.",
  backup: "Answers when the others cannot.",
};

export const complexityTitles: Record<Complexity, string> = {
  simple: "Simple tasks",
  ordinary: "Ordinary tasks",
  hard: "Hard tasks",
};

const number = new Intl.NumberFormat("en-GB");

/** When a rule holds, as one sentence without its end. */
export function conditionInWords(when: RoutingCondition): string {
  const parts = [
    when.product === undefined ? null : `product ${when.product}`,
    when.complexity === undefined ? null : complexityTitles[when.complexity].toLowerCase(),
    when.longerThanTokens === undefined
      ? null
      : `prompts of about ${number.format(when.longerThanTokens)} tokens and more`,
    when.images ? "with images" : null,
    when.tools ? "with tools" : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "Always" : `For ${parts.join(", ")}`;
}
