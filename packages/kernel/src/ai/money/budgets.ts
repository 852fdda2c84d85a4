import type { Database } from "../../db/index.ts";
import { deadAfterSeconds } from "../../servers/index.ts";
import type { KeySource } from "../connection.ts";
import type { BudgetRow } from "./money-rules.ts";
import { overBudget } from "./budget-words.ts";

/** Who calls, as far as budgets ask. */
export interface Spender {
  workspaceId: string;
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
  /** What is counted when the server dies. */
  likely: number;
}

/** The first refusal of a budget in its period, for who must hear of it. */
export interface Exhausted {
  budget: BudgetRow;
  subject: string;
}

export interface ReserveSettings {
  db: Database;
  serverId: string | null;
  /** Writes what has ended and is not settled yet. */
  settleWaiting: () => Promise<void>;
  onExhausted: (exhausted: Exhausted) => void;
}

interface Answer {
  granted: string | null;
  refused_by: string | null;
  spent: string | null;
  is_first: boolean | null;
}

/**
 * Reserves what a call may cost of all its budgets, in one statement: of all or of none, however many calls and servers
 * ask at once. Returns what is granted, in nanodollars.
 * @throws AppError budget_exhausted
 */
export async function reserveBudgets(
  { db, serverId, settleWaiting, onExhausted }: ReserveSettings,
  { workspaceId, callId }: { workspaceId: string; callId: string },
  applicable: Applicable[],
  { wanted, minimum, likely }: Amounts,
): Promise<number> {
  const ids = applicable.map(({ budget }) => budget.id);
  const subjects = applicable.map(({ subject }) => subject);
  const ask = async () => {
    const { rows } = await db.pool.query<Answer>({
      name: "reserve-budget",
      text: "SELECT * FROM kernel.reserve_budget($1, $2, $3, $4, $5, $6, $7, $8)",
      values: [workspaceId, callId, serverId, ids, subjects, wanted, minimum, likely],
    });
    return rows[0];
  };
  let answer = await ask();
  if (answer?.granted === null) {
    // Before anybody is refused: what has ended is settled, and what dead servers hold is given back.
    await settleWaiting();
    await releaseDeadReservations(db, workspaceId);
    answer = await ask();
  }
  if (!answer) throw new Error("reserve_budget gave no row");
  if (answer.granted !== null) return Number(answer.granted);
  const refusing = applicable.find(({ budget }) => budget.id === answer.refused_by);
  if (!refusing) throw new Error("a budget refused that was not asked");
  if (answer.is_first) onExhausted(refusing);
  throw overBudget(refusing.budget, refusing.budget.limitNano - Number(answer.spent) >= minimum);
}

/** Gives back what calls of dead servers hold, in one workspace or in all. Returns how many there were. */
export async function releaseDeadReservations(db: Database, workspaceId: string | null = null): Promise<number> {
  const { rows } = await db.pool.query<{ released: string }>("SELECT kernel.release_budgets($1, $2) AS released", [
    workspaceId,
    deadAfterSeconds,
  ]);
  return Number(rows[0]?.released);
}
