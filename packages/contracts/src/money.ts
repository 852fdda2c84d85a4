import { z } from "zod";
import { id, line, moment, prose, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** A day in UTC, as `YYYY-MM-DD`. */
export const day = z.iso.date();

const dollars = z.number().min(0, "Must not be negative.").max(1_000_000, "Must be at most 1,000,000.");

/** US dollars per million tokens. */
const rates = {
  inputPerMillion: dollars,
  /** null: as other input. */
  cachedInputPerMillion: dollars.nullable(),
  outputPerMillion: dollars,
};

export const priceBody = z.object({
  /** `provider/model`; `*` stands for any characters. */
  pattern: line(200).pipe(
    z.string().regex(/^[a-z0-9*-]+\/.+$|^\*$/, "Must look like provider/model; * stands for anything."),
  ),
  /** The first day on which it holds. */
  from: day,
  ...rates,
});
export type PriceBody = z.infer<typeof priceBody>;

/** A price that an admin has set; it wins over the program's own table. */
export const modelPriceSet = z.object({ id, pattern: z.string(), from: day, ...rates, updatedAt: moment });
export type ModelPriceSet = z.infer<typeof modelPriceSet>;

export const budgetKinds = ["workspace", "person", "product", "api_key"] as const;
export const budgetKind = z.enum(budgetKinds);
export type BudgetKind = z.infer<typeof budgetKind>;
export const budgetPeriod = z.enum(["day", "month"]);
export type BudgetPeriod = z.infer<typeof budgetPeriod>;
export const unknownPrices = z.enum(["refuse", "allow"]);
export type UnknownPrices = z.infer<typeof unknownPrices>;

const budgetTerms = {
  limitUsd: dollars,
  /** Warn when so many per cent are spent. */
  warnPercent: z.number().int().min(1, "Must be 1 to 100.").max(100, "Must be 1 to 100."),
  /** Whether calls count that a person pays with a key of their own. */
  includesOwnKeys: z.boolean(),
  /** What happens to calls of models whose price is not known. */
  unknownPrices,
};

export const budgetBody = z
  .object({
    kind: budgetKind,
    /** A person's or API key's id, or a product's name; null: the workspace, or each one of the kind for itself. */
    subject: prose(100).min(1).nullable(),
    /** Days and months in UTC. */
    period: budgetPeriod,
    ...budgetTerms,
    warnPercent: budgetTerms.warnPercent.default(80),
    includesOwnKeys: budgetTerms.includesOwnKeys.default(false),
    unknownPrices: unknownPrices.default("refuse"),
  })
  .refine(({ kind, subject }) => kind !== "workspace" || subject === null, {
    path: ["subject"],
    message: "The workspace's budget has no subject.",
  });
export type BudgetBody = z.output<typeof budgetBody>;
export const budgetChange = z.object(budgetTerms);
export type BudgetChange = z.infer<typeof budgetChange>;

/** What one subject has spent of a budget in the current period. */
export const budgetMeter = z.object({
  /** Empty for the workspace. */
  subject: z.string(),
  /** A name for people; null when it is gone. */
  name: z.string().nullable(),
  spentUsd: z.number(),
  /** What running calls may still cost. */
  reservedUsd: z.number(),
});

export const budget = z.object({
  id,
  kind: budgetKind,
  subject: z.string().nullable(),
  subjectName: z.string().nullable(),
  period: budgetPeriod,
  ...budgetTerms,
  /** When the current period ends. */
  resetsAt: moment,
  /** The largest first; those whom the caller may see. */
  meters: z.array(budgetMeter),
});
export type Budget = z.infer<typeof budget>;

const counts = {
  calls: z.number().int(),
  failedCalls: z.number().int(),
  inputTokens: z.number().int(),
  cachedInputTokens: z.number().int(),
  outputTokens: z.number().int(),
  /** What is known; at least this when `unknownCalls` is not 0. */
  costUsd: z.number(),
  /** Calls whose cost is not known. */
  unknownCalls: z.number().int(),
  /** Calls whose tokens the provider did not report; they were estimated. */
  estimatedCalls: z.number().int(),
  /** Calls that were answered without asking a model, and what that saved. */
  cachedCalls: z.number().int(),
  savedUsd: z.number(),
  /** How old those answers were, all ages together, in milliseconds. */
  cachedAgeMs: z.number().int(),
};
export const usageCounts = z.object(counts);
export type UsageCounts = z.infer<typeof usageCounts>;

/** One line of usage; the id is null where there is none (the server itself, no API key, an account that is gone). */
const usageOf = z.object({ id: z.string().nullable(), name: z.string().nullable(), ...counts });
export type UsageOf = z.infer<typeof usageOf>;

export const usageReport = z.object({
  from: day,
  to: day,
  /** Whether it is everybody's; otherwise only the caller's own. */
  everybody: z.boolean(),
  total: usageCounts,
  /** Every day of the range, also those without calls. */
  days: z.array(z.object({ day, ...counts })),
  people: z.array(usageOf),
  products: z.array(usageOf),
  models: z.array(usageOf),
  apiKeys: z.array(usageOf),
});
export type UsageReport = z.infer<typeof usageReport>;

const usageQuery = z.object({
  /** The first and the last day; the last 30 days unless told, 400 at most. */
  from: day.optional(),
  to: day.optional(),
  personId: id.optional(),
  product: prose(100).optional(),
  /** `provider/model` */
  model: prose(300).optional(),
  apiKeyId: id.optional(),
});
export type UsageQuery = z.infer<typeof usageQuery>;

const base = "/api/workspaces/:workspaceId" as const;
const tag = "money";

export const moneyRoutes = {
  listPrices: defineRoute({
    method: "GET",
    path: `${base}/prices`,
    summary: "Prices of models that were set for the workspace",
    tag,
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({
      items: z.array(modelPriceSet),
      /** Where the other prices come from. */ priceTable: z.string(),
    }),
  }),
  addPrice: defineRoute({
    method: "POST",
    path: `${base}/prices`,
    summary: "Set the price of the models that fit a pattern, from a day on; for owners and admins",
    tag,
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    body: priceBody,
    response: modelPriceSet,
    status: 201,
  }),
  changePrice: defineRoute({
    method: "PUT",
    path: `${base}/prices/:priceId`,
    summary: "Correct a price that was set; costs that are recorded stay as they are",
    tag,
    audience: "member",
    scope: "admin",
    params: workspaceParams.extend({ priceId: id }),
    body: priceBody,
    response: modelPriceSet,
  }),
  deletePrice: defineRoute({
    method: "DELETE",
    path: `${base}/prices/:priceId`,
    summary: "Take a price back; the program's own table holds again",
    tag,
    audience: "member",
    scope: "admin",
    params: workspaceParams.extend({ priceId: id }),
    response: "none",
  }),
  listBudgets: defineRoute({
    method: "GET",
    path: `${base}/budgets`,
    summary: "Budgets and what is spent of them; members see those that concern them",
    tag,
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(budget) }),
  }),
  addBudget: defineRoute({
    method: "POST",
    path: `${base}/budgets`,
    summary: "Set a budget; it begins with what its period has cost so far. For owners and admins",
    tag,
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    body: budgetBody,
    response: budget,
    status: 201,
  }),
  changeBudget: defineRoute({
    method: "PUT",
    path: `${base}/budgets/:budgetId`,
    summary: "Change the terms of a budget",
    tag,
    audience: "member",
    scope: "admin",
    params: workspaceParams.extend({ budgetId: id }),
    body: budgetChange,
    response: budget,
  }),
  deleteBudget: defineRoute({
    method: "DELETE",
    path: `${base}/budgets/:budgetId`,
    summary: "Remove a budget",
    tag,
    audience: "member",
    scope: "admin",
    params: workspaceParams.extend({ budgetId: id }),
    response: "none",
  }),
  readUsage: defineRoute({
    method: "GET",
    path: `${base}/usage`,
    summary: "Calls, tokens and cost by day, person, product, model and API key; members see their own",
    tag,
    audience: "member",
    scope: "read",
    params: workspaceParams,
    query: usageQuery,
    response: usageReport,
  }),
  downloadUsage: defineRoute({
    method: "GET",
    path: `${base}/usage.csv`,
    summary: "The same, one line per day, person, product, model and API key, as CSV",
    tag,
    audience: "member",
    scope: "read",
    params: workspaceParams,
    query: usageQuery,
    response: "raw",
  }),
};

const budgetEvent = z.object({
  budgetId: id,
  kind: budgetKind,
  /** What it is a budget of, for people. */
  title: z.string(),
  limitUsd: z.number(),
  resetsAt: moment,
});

/** Logged events, for the person concerned and for owners and admins. `changed`: ask for budgets again. */
export const moneyEvents = {
  "budget.warned": budgetEvent,
  "budget.exhausted": budgetEvent,
  "budget.changed": z.object({}),
} as const;
export type BudgetEvent = z.infer<typeof budgetEvent>;
