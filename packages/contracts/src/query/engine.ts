import { z } from "zod";

/** The databases that Query speaks with. `mysql` is MariaDB too; CSV, Parquet and XLSX files are read through `duckdb`. */
export const engineKinds = ["postgres", "mysql", "mssql", "sqlite", "duckdb"] as const;
export const engineKind = z.enum(engineKinds);
export type EngineKind = z.infer<typeof engineKind>;

export const engineNames: Record<EngineKind, string> = {
  postgres: "PostgreSQL",
  mysql: "MySQL or MariaDB",
  mssql: "SQL Server",
  sqlite: "SQLite",
  duckdb: "DuckDB",
};

/** What a type of any engine is like, for alignment, sorting, filters, charts and mock data. */
export const columnKinds = [
  "integer",
  "decimal",
  "float",
  "text",
  "boolean",
  "date",
  "time",
  "timestamp",
  "interval",
  "json",
  "binary",
  "uuid",
  "array",
  "range",
  "geometry",
  "enum",
  "other",
] as const;
export const columnKind = z.enum(columnKinds);
export type ColumnKind = z.infer<typeof columnKind>;

export const resultColumn = z.object({
  name: z.string(),
  /** As the database writes it, such as `numeric(12,2)` or `_int4`. */
  type: z.string(),
  kind: columnKind,
});
export type ResultColumn = z.infer<typeof resultColumn>;

/**
 * A value exactly as the database writes it as text (64-bit integers, numerics of any length, infinity, NaN, dates
 * before Christ): no JavaScript number ever stands between. Binary is `\x` and hexadecimal digits. Null is NULL.
 */
export const cell = z.string().nullable();
export type Cell = z.infer<typeof cell>;

/** A value that was too long to pass on whole: what stands in the cell is its beginning. */
export const cutCell = z.object({
  /** Counts the rows of the whole result from 0. */
  row: z.int(),
  column: z.int(),
  /** Of the whole value, where the engine says it. */
  bytes: z.int().nullable(),
});
export type CutCell = z.infer<typeof cutCell>;

/** Where in a text something is: UTF-16 units from 0. */
export const textPlace = z.object({ from: z.int().min(0), to: z.int().min(0) });
export type TextPlace = z.infer<typeof textPlace>;

/** Why the guard lets a statement not through. */
export const refusal = z.object({
  /** Which part: the words of the statement it is about. */
  part: z.string(),
  /** What could happen. */
  reason: z.string(),
  /** What to write in its place, or what to ask an admin for. */
  instead: z.string().nullable(),
  place: textPlace.nullable(),
});
export type Refusal = z.infer<typeof refusal>;

/** One step of a plan, of whichever engine. Figures are the database's own units; null where it does not say. */
export interface PlanNode {
  /** Such as `Seq Scan` or `Hash Join`, in the engine's own words. */
  operation: string;
  /** What it is done to: table, index, alias, condition, in words for people. */
  detail: string;
  table: { schema: string | null; name: string } | null;
  index: string | null;
  estimatedRows: number | null;
  actualRows: number | null;
  /** Of the node with all below it, in the engine's cost units. */
  totalCost: number | null;
  /** Of the node without those below it. */
  ownCost: number | null;
  /** Milliseconds with all below it, where the statement was run. */
  actualMs: number | null;
  /** Everything else that the engine says, for the curious. */
  facts: Record<string, string>;
  children: PlanNode[];
}

export const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    operation: z.string(),
    detail: z.string(),
    table: z.object({ schema: z.string().nullable(), name: z.string() }).nullable(),
    index: z.string().nullable(),
    estimatedRows: z.number().nullable(),
    actualRows: z.number().nullable(),
    totalCost: z.number().nullable(),
    ownCost: z.number().nullable(),
    actualMs: z.number().nullable(),
    facts: z.record(z.string(), z.string()),
    children: z.array(planNode),
  }),
);
