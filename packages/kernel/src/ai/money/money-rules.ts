import { eq } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { Database } from "../../db/index.ts";
import { budgets, modelPrices } from "../schema.ts";
import type { SetPrice } from "./set-prices.ts";

/** A budget or price changed on another server is used here for so long at most. */
const keepMs = 5_000;

export type BudgetRow = typeof budgets.$inferSelect;

/** What a workspace has set about money. */
export interface MoneyRules {
  prices: SetPrice[];
  budgets: BudgetRow[];
}

/** Keeps each workspace's rules, so that a call in a workspace without any asks the database nothing. */
export interface RulesCache {
  read(workspaceId: string): Promise<MoneyRules>;
  /** After a change on this server. */
  forget(workspaceId: string): void;
}

export function keepRules(db: Database): RulesCache {
  const kept = new LRUCache<string, Promise<MoneyRules>>({ max: 5000, ttl: keepMs });
  return {
    read(workspaceId) {
      let rules = kept.get(workspaceId);
      if (!rules) {
        rules = db.withWorkspace({ workspaceId }, async (tx) => ({
          prices: await tx.select().from(modelPrices).where(eq(modelPrices.workspaceId, workspaceId)),
          budgets: await tx.select().from(budgets).where(eq(budgets.workspaceId, workspaceId)),
        }));
        // A failure is not kept.
        rules.catch(() => kept.delete(workspaceId));
        kept.set(workspaceId, rules);
      }
      return rules;
    },
    forget: (workspaceId) => void kept.delete(workspaceId),
  };
}
