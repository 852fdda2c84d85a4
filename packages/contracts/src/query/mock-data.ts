import { z } from "zod";
import { id, moment as instant, prose, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { tableName } from "./catalog.ts";
import { cell } from "./engine.ts";

/** Tables that one plan takes at most. */
export const mostPlanned = 500;

/** Made-up rows for the tables of a connection: what is made for each column, how often, and from which seed. */

/** How values lie between their bounds, or how often each parent row is referred to. */
export const distribution = z.discriminatedUnion("shape", [
  z.object({ shape: z.literal("uniform") }),
  /** Mean and standard deviation as shares of the range, cut off at its ends. */
  z.object({
    shape: z.literal("normal"),
    mean: z.number().min(0).max(1),
    deviation: z.number().positive().max(1),
  }),
  /** Few are frequent and most are rare: the k-th most frequent has a share as 1 / k^exponent. */
  z.object({ shape: z.literal("zipf"), exponent: z.number().positive().max(4) }),
]);
export type Distribution = z.infer<typeof distribution>;

/** Realistic values by what a column means. */
export const meanings = [
  "first name",
  "last name",
  "full name",
  "user name",
  "job title",
  "phone",
  "company",
  "department",
  "street",
  "city",
  "postal code",
  "state",
  "country",
  "country code",
  "product name",
  "material",
  "colour",
  "currency code",
  "url",
  "domain",
  "ip address",
  "iban",
  "title",
  "slug",
  "sentence",
  "paragraph",
  "file name",
  "media type",
  "version",
  "latitude",
  "longitude",
  "language",
  "time zone",
] as const;
export const meaning = z.enum(meanings);
export type Meaning = z.infer<typeof meaning>;

const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2})?)?$/, "must be a date such as 2024-01-31");

export const generator = z.discriminatedUnion("kind", [
  /** Left out of the rows: the database's own default, identity or computed value stands. */
  z.object({ kind: z.literal("database") }),
  z.object({ kind: z.literal("null") }),
  z.object({ kind: z.literal("sequence"), start: z.int(), step: z.int().min(1) }),
  z.object({ kind: z.literal("integer"), minimum: z.int(), maximum: z.int(), distribution }),
  z.object({
    kind: z.literal("decimal"),
    minimum: z.number(),
    maximum: z.number(),
    /** Digits behind the point. */
    scale: z.int().min(0).max(15),
    distribution,
  }),
  z.object({ kind: z.literal("boolean"), trueShare: z.number().min(0).max(1) }),
  /** One of a list, each as often as its weight among all. */
  z.object({
    kind: z.literal("list"),
    values: z
      .array(z.object({ value: prose(10_000), weight: z.number().positive() }))
      .min(1)
      .max(1000),
  }),
  z.object({ kind: z.literal("meaning"), meaning }),
  /** `#` is a digit, `?` a capital letter, `*` either; everything else stands as it is. */
  z.object({ kind: z.literal("pattern"), pattern: prose(200).min(1) }),
  z.object({ kind: z.literal("words"), minimum: z.int().min(1).max(500), maximum: z.int().min(1).max(500) }),
  z.object({
    kind: z.literal("time"),
    unit: z.enum(["date", "timestamp", "time"]),
    from: moment,
    to: moment,
    /** `growing`: more and more towards the end; `working hours`: on weekdays by day, mostly. */
    pattern: z.enum(["even", "growing", "working hours"]),
  }),
  /** A time so many seconds after another column's of the same row. */
  z.object({ kind: z.literal("after"), column: z.string(), minimum: z.int().min(0), maximum: z.int().min(0) }),
  z.object({ kind: z.literal("uuid") }),
  z.object({ kind: z.literal("bytes"), minimum: z.int().min(0).max(10_000), maximum: z.int().min(0).max(10_000) }),
  z.object({ kind: z.literal("json") }),
  z.object({
    kind: z.literal("array"),
    of: z.enum(["words", "integers"]),
    minimum: z.int().min(0),
    maximum: z.int().min(0).max(100),
  }),
  /** The part of a reference (by its place in the table's `references`) that this column holds. */
  z.object({ kind: z.literal("reference"), reference: z.int().min(0) }),
  /** What the row that a reference points at has in a column of its own. */
  z.object({ kind: z.literal("copy"), reference: z.int().min(0), column: z.string() }),
  /** SQL arithmetic over columns of the same row, such as `quantity * unit_price`. */
  z.object({ kind: z.literal("expression"), expression: prose(2000).min(1) }),
  /** Text with `{column}`, `{column|slug}` and `{#}`, the number of the row, put in. */
  z.object({ kind: z.literal("template"), template: prose(500).min(1) }),
]);
export type Generator = z.infer<typeof generator>;

export const mockColumn = z.object({ name: z.string(), generator, nullShare: z.number().min(0).max(1) });
export type MockColumn = z.infer<typeof mockColumn>;

export const mockReference = z.object({
  columns: z.array(z.string()).min(1),
  to: tableName,
  toColumns: z.array(z.string()).min(1),
  distribution,
  /** Share of rows that refer to nothing. */
  nullShare: z.number().min(0).max(1),
});
export type MockReference = z.infer<typeof mockReference>;

export const mockTable = z.object({
  schema: z.string(),
  name: z.string(),
  rows: z.int().min(0).max(10_000_000),
  columns: z.array(mockColumn),
  references: z.array(mockReference),
});
export type MockTable = z.infer<typeof mockTable>;

export const mockLocales = [
  "en",
  "de",
  "fr",
  "es",
  "it",
  "nl",
  "pl",
  "pt_BR",
  "sv",
  "tr",
  "ru",
  "uk",
  "ja",
  "ko",
  "zh_CN",
] as const;
export const mockLocale = z.enum(mockLocales);
export type MockLocale = z.infer<typeof mockLocale>;

export const mockPlan = z.object({
  /** The same seed makes the same rows. */
  seed: z.int().min(0).max(4_294_967_295),
  locale: mockLocale,
  tables: z.array(mockTable).min(1).max(mostPlanned),
});
export type MockPlan = z.infer<typeof mockPlan>;

/** Why no rows that the database would take can be made for a table. */
export const mockProblem = z.object({
  table: tableName,
  /** The constraint or column that it is about. */
  part: z.string(),
  reason: z.string(),
});
export type MockProblem = z.infer<typeof mockProblem>;

export const mockRun = z.object({
  id,
  state: z.enum(["waiting", "running", "done", "failed", "cancelled"]),
  /** Rows of the whole plan, and those written so far. */
  rows: z.int(),
  written: z.int(),
  tables: z.int(),
  /** What is being written. */
  text: z.string().nullable(),
  error: z.string().nullable(),
  createdAt: instant,
  finishedAt: instant.nullable(),
});
export type MockRun = z.infer<typeof mockRun>;

const place = "/api/workspaces/:workspaceId/query/connections/:connectionId/mock-data";
const params = workspaceParams.extend({ connectionId: id });
const route = { tag: "Query", audience: "member", params } as const;
const planLimit = 8 * 1024 * 1024;

export const mockDataRoutes = {
  suggestMockPlan: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/plan`,
    summary: "A plan of made-up rows for tables, as a careful person would fill them",
    scope: "read",
    body: z.object({
      /** Null: all tables. */
      tables: z.array(tableName).min(1).max(mostPlanned).nullable().default(null),
      rows: z.int().min(0).max(10_000_000).default(1000),
      seed: z.int().min(0).max(4_294_967_295).default(1),
      locale: mockLocale.default("en"),
    }),
    response: z.object({ plan: mockPlan, problems: z.array(mockProblem) }),
  }),
  previewMockData: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/preview`,
    summary: "Some rows as a plan would make them; nothing is written",
    scope: "read",
    limit: "run",
    bodyLimit: planLimit,
    body: mockPlan,
    response: z.object({
      problems: z.array(mockProblem),
      tables: z.array(z.object({ table: tableName, columns: z.array(z.string()), rows: z.array(z.array(cell)) })),
    }),
  }),
  exportMockData: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/export`,
    summary: "The rows of a plan as an SQL script in the database's dialect, or one table of it as CSV",
    scope: "read",
    limit: "run",
    bodyLimit: planLimit,
    body: z.object({ plan: mockPlan, format: z.enum(["sql", "csv"]), table: tableName.nullable().default(null) }),
    response: "raw",
  }),
  startMockRun: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/runs`,
    summary: "Write the rows of a plan into the database, all or none",
    scope: "write",
    limit: "run",
    bodyLimit: planLimit,
    /** `confirm`: the name of the connection, typed by the person who wants it. */
    body: z.object({ plan: mockPlan, confirm: z.string().max(200) }),
    response: mockRun,
    status: 202,
  }),
  listMockRuns: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/runs`,
    summary: "What was written into the database lately, newest first",
    scope: "read",
    response: z.object({ items: z.array(mockRun) }),
  }),
  cancelMockRun: defineRoute({
    ...route,
    method: "DELETE",
    path: `${place}/runs/:runId`,
    summary: "Stop writing; nothing of it stays",
    scope: "write",
    params: params.extend({ runId: id }),
    response: "none",
  }),
} as const;
