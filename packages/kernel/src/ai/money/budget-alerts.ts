import type { BudgetEvent } from "@mindmesh/contracts/money";
import { sql } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import { type Mail, notifyPerson } from "../../notify/index.ts";
import { emitEvent } from "../../realtime/index.ts";
import { budgetTitle, dollarsOf } from "./budget-words.ts";
import type { Exhausted } from "./budgets.ts";
import type { BudgetRow, RulesCache } from "./money-rules.ts";
import { periodEnd } from "./period.ts";
import type { Warned } from "./lease-statements.ts";

type AlertType = "budget.warned" | "budget.exhausted";

function wordsOf(type: AlertType, { warnPercent }: BudgetRow, { title, resetsAt }: BudgetEvent) {
  const anew = `It begins anew on ${resetsAt.slice(0, 10)} (UTC); an owner or admin can change it under Settings, Budgets and prices.`;
  return type === "budget.warned"
    ? { title: "A budget nears its end", body: `${title} is ${warnPercent}% used. ${anew}` }
    : { title: "A budget is used up", body: `${title} is used up, and stops model calls. ${anew}` };
}

/** Tells of budgets that near their end or have reached it, once in each period. */
export interface BudgetAlerts {
  warned(meters: Warned[]): Promise<void>;
  exhausted(exhausted: Exhausted): void;
  drain(): Promise<void>;
}

/** @param mail null: the server cannot send e-mail */
export function tellOfBudgets(
  db: Database,
  rules: RulesCache,
  mail: Pick<Mail, "send"> | null,
  onError: (error: unknown) => void,
): BudgetAlerts {
  const running = new Set<Promise<void>>();

  /**
   * A logged event and a notification for every owner and admin, and for the person whose budget it is; by e-mail as well
   * where the server can.
   */
  async function tell(type: AlertType, budget: BudgetRow, subject: string): Promise<void> {
    const { workspaceId, id, kind } = budget;
    const payload: BudgetEvent = {
      budgetId: id,
      kind,
      title: budgetTitle(budget),
      limitUsd: dollarsOf(budget.limitNano),
      resetsAt: periodEnd(budget.period).toISOString(),
    };
    const note = wordsOf(type, budget, payload);
    const told = await db.system(async (tx) => {
      const { rows } = await tx.execute<{ person_id: string; email: string; workspace: string }>(sql`
        SELECT m.person_id, p.email, w.name AS workspace FROM kernel.members m
        JOIN kernel.people p ON p.id = m.person_id AND p.disabled_at IS NULL
        JOIN kernel.workspaces w ON w.id = m.workspace_id
        WHERE m.workspace_id = ${workspaceId} AND (m.role IN ('owner', 'admin')
          OR ${kind} = 'person' AND m.person_id::text = ${subject}
          OR ${kind} = 'api_key' AND m.person_id = (SELECT k.person_id FROM kernel.api_keys k
            WHERE k.workspace_id = ${workspaceId} AND k.id::text = ${subject}))`);
      for (const { person_id: personId } of rows) {
        await emitEvent(tx, { workspaceId, type, payload, audiencePersonId: personId });
        await notifyPerson(tx, { workspaceId, personId, kind: "note", ...note });
      }
      return rows;
    });
    for (const { email, workspace } of told) {
      const text = `${note.body}\n\nThis is about the workspace "${workspace}".`;
      // A mail server that is away is no reason not to have told the page.
      await mail?.send({ to: email, subject: `${note.title} (${workspace})`, text }).catch(onError);
    }
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
