import type { BudgetEvent } from "@mindmesh/contracts/money";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import { emitEvent } from "../../realtime/index.ts";
import { budgetTitle, dollarsOf } from "./budget-words.ts";
import type { Exhausted } from "./budgets.ts";
import type { BudgetRow, RulesCache } from "./money-rules.ts";
import { periodEnd } from "./period.ts";
import type { Warned } from "./lease-statements.ts";

/** Tells of budgets that near their end or have reached it, once in each period. */
export interface BudgetAlerts {
  warned(meters: Warned[]): Promise<void>;
  exhausted(exhausted: Exhausted): void;
  drain(): Promise<void>;
}

export function tellOfBudgets(db: Database, rules: RulesCache, onError: (error: unknown) => void): BudgetAlerts {
  const running = new Set<Promise<void>>();

  /** A logged event for every owner and admin, and for the person whose budget it is. */
  async function tell(type: "budget.warned" | "budget.exhausted", budget: BudgetRow, subject: string): Promise<void> {
    const { workspaceId, id, kind } = budget;
    const payload: BudgetEvent = {
      budgetId: id,
      kind,
      title: budgetTitle(budget),
      limitUsd: dollarsOf(budget.limitNano),
      resetsAt: periodEnd(budget.period).toISOString(),
    };
    await db.system(async (tx) => {
      const { rows } = await tx.execute<{ person_id: string }>(sql`
        SELECT person_id FROM kernel.members m WHERE workspace_id = ${workspaceId} AND (role IN ('owner', 'admin')
          OR ${kind} = 'person' AND person_id::text = ${subject}
          OR ${kind} = 'api_key' AND person_id = (SELECT k.person_id FROM kernel.api_keys k
            WHERE k.workspace_id = ${workspaceId} AND k.id::text = ${subject}))`);
      for (const { person_id: audiencePersonId } of rows) {
        await emitEvent(tx, { workspaceId, type, payload, audiencePersonId });
      }
    });
  }

  return {
    async warned(meters) {
      for (const { workspaceId, budgetId, subject } of meters) {
        const { budgets } = await rules.read(workspaceId);
        const budget = budgets.find(({ id }) => id === budgetId);
        if (budget) await tell("budget.warned", budget, subject);
      }
    },
    exhausted({ budget, subject }) {
      const telling = tell("budget.exhausted", budget, subject)
        .catch(onError)
        .finally(() => running.delete(telling));
      running.add(telling);
    },
    async drain() {
      await Promise.all(running);
    },
  };
}
