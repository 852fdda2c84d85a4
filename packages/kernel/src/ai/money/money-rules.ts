import { eq } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import type { Notifications } from "../../realtime/index.ts";
import { type KeptSettings, keepSettings } from "../kept-settings.ts";
import { budgets, modelPrices } from "../schema.ts";
import type { SetPrice } from "./set-prices.ts";

export type BudgetRow = typeof budgets.$inferSelect;

/** What a workspace has set about money. */
export interface MoneyRules {
  prices: SetPrice[];
  budgets: BudgetRow[];
}

/** Each workspace's rules, so that a call in a workspace without any asks the database nothing. */
export type RulesCache = KeptSettings<MoneyRules>;

export function keepRules(db: Database, notifications: Notifications | null): RulesCache {
  return keepSettings(["budgets", "model_prices"], notifications, (workspaceId) =>
    db.withWorkspace({ workspaceId }, async (tx) => ({
      prices: await tx.select().from(modelPrices).where(eq(modelPrices.workspaceId, workspaceId)),
      budgets: await tx.select().from(budgets).where(eq(budgets.workspaceId, workspaceId)),
    })),
  );
}
