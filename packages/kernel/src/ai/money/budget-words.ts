import { AppError } from "../../errors/index.ts";
import type { BudgetRow } from "./money-rules.ts";
import { periodEnd } from "./period.ts";

/** Dollars of whole nanodollars. */
export const dollarsOf = (nano: number): number => nano / 1e9;
/** Whole nanodollars, rounded up: a budget never counts less than a call cost. */
export const nanoOf = (dollars: number): number => Math.ceil(dollars * 1e9 - 1e-6);

const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 4 });
const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });

/** A budget as people know it, such as "The workspace's budget of $5.00 a day". */
export function budgetTitle({ kind, subject, period, limitNano }: BudgetRow): string {
  const amount = `${money.format(dollarsOf(limitNano))} a ${period}`;
  if (kind === "workspace") return `The workspace's budget of ${amount}`;
  if (kind === "product") return `The budget of ${amount} for ${subject ?? "each product"}`;
  if (kind === "person") return `The budget of ${amount} for ${subject === null ? "each person" : "this person"}`;
  return `The budget of ${amount} for ${subject === null ? "each API key" : "this API key"}`;
}

/** The refusal of a call: which budget, and when it begins anew. `isHeld`: running calls hold what is left. */
export function overBudget(budget: BudgetRow, isHeld: boolean): AppError {
  const end = periodEnd(budget.period);
  const title = budgetTitle(budget);
  if (isHeld) {
    return new AppError("budget_exhausted", {
      message: `${title} has no room beside the calls that are running. Try again when they have ended.`,
      retryAfterSeconds: 5,
    });
  }
  return new AppError("budget_exhausted", {
    message: `${title} is used up. It begins anew on ${moment.format(end)} UTC; an owner or admin can raise it under Settings, Budgets and prices.`,
    retryAfterSeconds: Math.max(1, Math.ceil((end.getTime() - Date.now()) / 1000)),
  });
}

/** The refusal of a call whose cost cannot be limited. */
export function unknownPrice(budget: BudgetRow, model: string): AppError {
  return new AppError("price_unknown", {
    message: `The price of ${model} is not known, and ${budgetTitle(budget).replace(/^The/, "the")} lets no such call through. An owner or admin can set the price under Settings, Budgets and prices.`,
  });
}
