import { z } from "zod";
import { columnKind } from "./engine.ts";

/** The catalogue: what a database holds, read once and kept. The same shape for every engine. */

export const columnStatistics = z.object({
  /** Share of NULLs, 0 to 1. */
  nullShare: z.number().nullable(),
  /** Estimated number of different values. */
  distinct: z.number().nullable(),
  /** Average bytes of a value. */
  averageBytes: z.number().nullable(),
  minimum: z.string().nullable(),
  maximum: z.string().nullable(),
  /** Sample values: most common first, with their share where it is known. */
  common: z.array(z.object({ value: z.string(), share: z.number().nullable() })),
});
export type ColumnStatistics = z.infer<typeof columnStatistics>;

export const catalogColumn = z.object({
  name: z.string(),
  /** As the database writes it, such as `character varying(200)`. */
  type: z.string(),
  kind: columnKind,
  nullable: z.boolean(),
  /** The expression as the database writes it. */
  default: z.string().nullable(),
  /** The database fills it by itself: identity or auto-increment, or computed from others. */
  generated: z.enum(["identity", "computed"]).nullable(),
  comment: z.string().nullable(),
  /** The values of an enumeration, in their order. */
  enumValues: z.array(z.string()).nullable(),
  /** Longest text in characters; digits and decimals of a decimal. */
  length: z.int().nullable(),
  precision: z.int().nullable(),
  scale: z.int().nullable(),
  statistics: columnStatistics.nullable(),
});
export type CatalogColumn = z.infer<typeof catalogColumn>;

export const tableName = z.object({ schema: z.string(), name: z.string() });
export type TableName = z.infer<typeof tableName>;

export const catalogKey = z.object({ name: z.string().nullable(), columns: z.array(z.string()) });

export const foreignKey = z.object({
  name: z.string().nullable(),
  columns: z.array(z.string()),
  to: tableName,
  toColumns: z.array(z.string()),
  /** As SQL says it: `CASCADE`, `NO ACTION`… */
  onDelete: z.string().nullable(),
  onUpdate: z.string().nullable(),
  /** It can be checked at the end of a transaction only. Left out where it cannot, or the engine does not tell. */
  deferrable: z.literal(true).optional(),
});
export type ForeignKey = z.infer<typeof foreignKey>;

export const catalogIndex = z.object({
  name: z.string(),
  /** Columns or expressions in order, as the database writes them. */
  parts: z.array(z.string()),
  /** Columns that are only carried along. */
  included: z.array(z.string()),
  unique: z.boolean(),
  primary: z.boolean(),
  /** `btree`, `gin`… */
  method: z.string().nullable(),
  /** The condition of a partial index. */
  condition: z.string().nullable(),
  bytes: z.number().nullable(),
  /** How often it was used since the statistics began. */
  scans: z.number().nullable(),
  valid: z.boolean(),
});
export type CatalogIndex = z.infer<typeof catalogIndex>;

export const catalogTable = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(["table", "view", "materialized view", "foreign table", "partitioned table"]),
  comment: z.string().nullable(),
  rowEstimate: z.number().nullable(),
  bytes: z.number().nullable(),
  columns: z.array(catalogColumn),
  primaryKey: catalogKey.nullable(),
  uniqueKeys: z.array(catalogKey),
  foreignKeys: z.array(foreignKey),
  checks: z.array(z.object({ name: z.string().nullable(), expression: z.string() })),
  indexes: z.array(catalogIndex),
  /** The statement behind a view, as the database writes it. */
  definition: z.string().nullable(),
  /** Sequential scans and when statistics were last made, where the engine counts them. */
  sequentialScans: z.number().nullable(),
  analyzedAt: z.string().nullable(),
  /** Why less is known of it than of others, such as missing rights. */
  gap: z.string().nullable(),
  /** The tables whose rows it holds a part of, as a partition or by inheritance. Left out where there are none. */
  partOf: z.array(tableName).optional(),
});
export type CatalogTable = z.infer<typeof catalogTable>;

export const catalogFunction = z.object({
  schema: z.string(),
  name: z.string(),
  arguments: z.string(),
  returns: z.string(),
  kind: z.enum(["function", "procedure", "aggregate", "window"]),
  language: z.string().nullable(),
  volatility: z.enum(["immutable", "stable", "volatile"]).nullable(),
  securityDefiner: z.boolean(),
  comment: z.string().nullable(),
});
export type CatalogFunction = z.infer<typeof catalogFunction>;

export const catalogEnum = z.object({
  schema: z.string(),
  name: z.string(),
  values: z.array(z.string()),
  comment: z.string().nullable(),
});

export const catalog = z.object({
  /** As the server says it. */
  serverVersion: z.string(),
  /** Where names without a schema are looked for, in order. */
  searchPath: z.array(z.string()),
  tables: z.array(catalogTable),
  enums: z.array(catalogEnum),
  functions: z.array(catalogFunction),
  /** What could not be read, in plain words. */
  gaps: z.array(z.string()),
});
export type Catalog = z.infer<typeof catalog>;

/** A foreign key that nobody declared, with what speaks for it. */
export const inferredKey = z.object({
  /** Same for the same columns, so that a decision on it lasts. */
  key: z.string(),
  from: tableName,
  columns: z.array(z.string()),
  to: tableName,
  toColumns: z.array(z.string()),
  /** 0 to 1. */
  confidence: z.number(),
  /** In plain words: names, types, share of values found. */
  evidence: z.array(z.string()),
  decision: z.enum(["open", "confirmed", "rejected"]),
});
export type InferredKey = z.infer<typeof inferredKey>;
