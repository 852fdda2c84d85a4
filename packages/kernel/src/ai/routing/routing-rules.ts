import type { RoutingCondition, RoutingRule, RoutingRules } from "@mindmesh/contracts/routing";
import { eq } from "drizzle-orm";
import type { Database, Transaction } from "../../db/index.ts";
import type { Notifications } from "../../realtime/index.ts";
import { type KeptSettings, keepSettings } from "../kept-settings.ts";
import { modelRouting } from "../schema.ts";
import type { Task } from "./task.ts";

export type StoredRouting = RoutingRules & { changedAt: string | null };

/** As long as nobody has decided otherwise. */
const usualRouting: StoredRouting = { rules: [], namedFallsBack: true, changedAt: null };

export async function readRouting(tx: Transaction, workspaceId: string): Promise<StoredRouting> {
  const [row] = await tx.select().from(modelRouting).where(eq(modelRouting.workspaceId, workspaceId));
  if (!row) return usualRouting;
  const { rules, namedFallsBack, changedAt } = row;
  return { rules, namedFallsBack, changedAt };
}

/** Replaces the rules of a workspace. */
export async function writeRouting(tx: Transaction, workspaceId: string, given: RoutingRules): Promise<void> {
  const values = { rules: given.rules, namedFallsBack: given.namedFallsBack, changedAt: new Date().toISOString() };
  await tx
    .insert(modelRouting)
    .values({ workspaceId, ...values })
    .onConflictDoUpdate({ target: modelRouting.workspaceId, set: values });
}

/** Each workspace's rules, so that not every call asks the database first. */
export function keepRouting(db: Database, notifications: Notifications | null): KeptSettings<StoredRouting> {
  return keepSettings(["model_routing"], notifications, (workspaceId) =>
    db.withWorkspace({ workspaceId }, (tx) => readRouting(tx, workspaceId)),
  );
}

export function holds(when: RoutingCondition, task: Task): boolean {
  return (
    (when.product === undefined || when.product === task.product) &&
    (when.complexity === undefined || when.complexity === task.complexity) &&
    (when.longerThanTokens === undefined || task.promptTokens >= when.longerThanTokens) &&
    (when.images === undefined || task.hasImages) &&
    (when.tools === undefined || task.hasTools)
  );
}

/** Why a rule holds, in words, for the record of the call. */
export function conditionWords(when: RoutingCondition): string {
  const words = [
    when.product !== undefined && `product ${when.product}`,
    when.complexity !== undefined && `${when.complexity} task`,
    when.longerThanTokens !== undefined && `prompt of ${when.longerThanTokens} tokens and more`,
    when.images && "with images",
    when.tools && "with tools",
  ].filter((each) => typeof each === "string");
  return words.length === 0 ? "always" : words.join(", ");
}

/** The rule that decides for a tier, with its number among all rules, counted from 1. */
export function ruleFor(
  rules: RoutingRule[],
  tier: RoutingRule["tier"],
  task: Task,
): { rule: RoutingRule; number: number } | null {
  const index = rules.findIndex((rule) => rule.tier === tier && holds(rule.when, task));
  const rule = rules[index];
  return rule ? { rule, number: index + 1 } : null;
}
