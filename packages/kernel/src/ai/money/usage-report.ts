import type { UsageCounts, UsageOf, UsageQuery, UsageReport } from "@mindmesh/contracts/money";
import { roleMay } from "@mindmesh/contracts/permissions";
import { type SQL, sql } from "drizzle-orm";
import type { Database } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, tenantOf } from "../../http/index.ts";
import { readNames } from "./names.ts";

const dayMs = 24 * 60 * 60 * 1000;
const usualDays = 30;
const mostDays = 400;

/** What usage is asked for, with everything filled in and nothing in it that the caller may not see. */
export interface UsageFilter {
  workspaceId: string;
  from: string;
  to: string;
  everybody: boolean;
  where: SQL;
}

const dayText = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Everybody's usage for those who may see it, for others only their own. @throws AppError invalid_fields */
export function usageFilter({ workspaceId, personId, role }: MemberCaller, query: UsageQuery): UsageFilter {
  const to = query.to ?? dayText(Date.now());
  const from = query.from ?? dayText(Date.parse(to) - (usualDays - 1) * dayMs);
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (days < 1) throw new AppError("invalid_fields", { fields: { to: "Must not be before the first day." } });
  if (days > mostDays)
    throw new AppError("invalid_fields", { fields: { from: `Must be at most ${mostDays} days back.` } });
  const everybody = roleMay(role, "usage.read");
  const conditions = [sql`workspace_id = ${workspaceId}`, sql`day BETWEEN ${from} AND ${to}`];
  const asked = everybody ? query.personId : personId;
  if (asked !== undefined) conditions.push(sql`user_id = ${asked}`);
  if (query.product !== undefined) conditions.push(sql`product = ${query.product}`);
  if (query.model !== undefined) conditions.push(sql`provider || '/' || model = ${query.model}`);
  if (query.apiKeyId !== undefined) conditions.push(sql`api_key_id = ${query.apiKeyId}`);
  return { workspaceId, from, to, everybody, where: sql.join(conditions, sql` AND `) };
}

/** The sums of `kernel.usage_days`; bigint comes as text. */
export const sums = sql`sum(calls) AS calls, sum(failed_calls) AS failed_calls, sum(input_tokens) AS input_tokens,
  sum(cached_input_tokens) AS cached_input_tokens, sum(output_tokens) AS output_tokens, sum(cost_usd) AS cost_usd,
  sum(unknown_calls) AS unknown_calls, sum(estimated_calls) AS estimated_calls, sum(cached_calls) AS cached_calls,
  sum(saved_usd) AS saved_usd, sum(cached_age_ms) AS cached_age_ms`;

const columns = {
  calls: "calls",
  failedCalls: "failed_calls",
  inputTokens: "input_tokens",
  cachedInputTokens: "cached_input_tokens",
  outputTokens: "output_tokens",
  costUsd: "cost_usd",
  unknownCalls: "unknown_calls",
  estimatedCalls: "estimated_calls",
  cachedCalls: "cached_calls",
  savedUsd: "saved_usd",
  cachedAgeMs: "cached_age_ms",
} as const satisfies Record<keyof UsageCounts, string>;

export function countsOf(row: Record<string, unknown> | undefined): UsageCounts {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, Number(row?.[column] ?? 0)]),
  ) as UsageCounts;
}

interface Row extends Record<string, unknown> {
  day: string | null;
  user_id: string | null;
  product: string | null;
  model: string | null;
  api_key_id: string | null;
  /** Which of the sets the line belongs to: one bit for each column that is not in it. */
  grouping: number;
}

// Bits of GROUPING(day, user_id, product, model, api_key_id): 0 where the column is in the set.
const sets = { days: 0b01111, people: 0b10111, products: 0b11011, models: 0b11101, apiKeys: 0b11110, total: 0b11111 };

/** Usage of a range of days in one pass over the daily sums. */
export async function readUsage(db: Database, caller: MemberCaller, query: UsageQuery): Promise<UsageReport> {
  const { workspaceId, from, to, everybody, where } = usageFilter(caller, query);
  const { rows } = await db.withWorkspace(
    tenantOf(caller),
    (tx) =>
      tx.execute<Row>(sql`
        SELECT to_char(day, 'YYYY-MM-DD') AS day, user_id, product, model, api_key_id, ${sums},
          GROUPING(day, user_id, product, model, api_key_id) AS grouping
        FROM (
          SELECT day, user_id, product, provider || '/' || model AS model, api_key_id, ${sql.raw(Object.values(columns).join(", "))}
          FROM kernel.usage_days WHERE ${where}
        ) AS u
        GROUP BY GROUPING SETS ((day), (user_id), (product), (model), (api_key_id), ())`),
    { readOnly: true },
  );
  const of = (set: keyof typeof sets) => rows.filter((row) => row.grouping === sets[set]);
  const ids = (set: keyof typeof sets, column: "user_id" | "api_key_id") => of(set).flatMap((row) => row[column] ?? []);
  const names = await readNames(db, workspaceId, {
    people: ids("people", "user_id"),
    apiKeys: ids("apiKeys", "api_key_id"),
  });
  const lines = (
    set: keyof typeof sets,
    column: "user_id" | "product" | "model" | "api_key_id",
    nameOf: (id: string) => string | undefined,
  ): UsageOf[] =>
    of(set)
      .map((row) => {
        const id = row[column];
        return { id, name: id === null ? null : (nameOf(id) ?? null), ...countsOf(row) };
      })
      .toSorted((a, b) => b.costUsd - a.costUsd || b.calls - a.calls);
  const byDay = new Map(of("days").map((row) => [row.day, row]));
  const days: UsageReport["days"] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) {
    days.push({ day: dayText(at), ...countsOf(byDay.get(dayText(at))) });
  }
  return {
    from,
    to,
    everybody,
    total: countsOf(of("total")[0]),
    days,
    people: lines("people", "user_id", (id) => names.people.get(id)),
    products: lines("products", "product", (id) => id),
    models: lines("models", "model", (id) => id),
    apiKeys: lines("apiKeys", "api_key_id", (id) => names.apiKeys.get(id)),
  };
}
