import type { KeySource } from "../connection.ts";
import type { BudgetRow } from "./money-rules.ts";

/** Who calls, as far as budgets ask. */
export interface Spender {
  userId: string;
  product: string;
  apiKeyId?: string | undefined;
}

/** A budget that a call counts against, and whose part of it. */
export interface Applicable {
  budget: BudgetRow;
  subject: string;
}

/** The budgets that a call counts against. */
export function budgetsOf(budgets: BudgetRow[], spender: Spender, keySource: KeySource): Applicable[] {
  const subjects = { workspace: "", person: spender.userId, product: spender.product, api_key: spender.apiKeyId };
  return budgets.flatMap((budget) => {
    const subject = subjects[budget.kind];
    if (subject === undefined || (budget.subject !== null && budget.subject !== subject)) return [];
    return keySource === "person" && !budget.ownKeys ? [] : [{ budget, subject }];
  });
}

/** What a call may cost, in nanodollars. */
export interface Amounts {
  wanted: number;
  /** With less it is not worth to begin. */
  minimum: number;
}

/** The first refusal of a budget in its period, for who must hear of it. */
export interface Exhausted {
  budget: BudgetRow;
  subject: string;
}
