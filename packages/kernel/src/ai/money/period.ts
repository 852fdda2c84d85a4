import type { BudgetPeriod } from "@mindmesh/contracts/money";

/** The first day of the current period in UTC, as `YYYY-MM-DD`. */
export function periodStart(period: BudgetPeriod, now = new Date()): string {
  const day = now.toISOString().slice(0, 10);
  return period === "day" ? day : `${day.slice(0, 7)}-01`;
}

/** When the current period ends: the next midnight, or the next first of a month, in UTC. */
export function periodEnd(period: BudgetPeriod, now = new Date()): Date {
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  return new Date(period === "day" ? Date.UTC(year, month, day + 1) : Date.UTC(year, month + 1, 1));
}
