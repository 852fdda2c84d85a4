import { z } from "zod";
import { line, moment, prose } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { catalogTable, foreignKey, inferredKey, tableName } from "./catalog.ts";
import { connectionParams } from "./connections.ts";
import { columnKind } from "./engine.ts";
import { ingestion, schemaChange } from "./ingestion.ts";

/** The schema of a connection as pages, completion and diagrams need it: everything by name, details asked for one by one. */

export const outlineColumn = z.object({
  name: z.string(),
  type: z.string(),
  kind: columnKind,
  nullable: z.boolean(),
});

export const outlineTable = z.object({
  schema: z.string(),
  name: z.string(),
  kind: catalogTable.shape.kind,
  comment: z.string().nullable(),
  rowEstimate: z.number().nullable(),
  bytes: z.number().nullable(),
  columns: z.array(outlineColumn),
  /** Names of its columns; empty without a key. */
  primaryKey: z.array(z.string()),
  foreignKeys: z.array(foreignKey.pick({ name: true, columns: true, to: true, toColumns: true })),
  gap: z.string().nullable(),
});
export type OutlineTable = z.infer<typeof outlineTable>;

export const outlineFunction = z.object({
  schema: z.string(),
  name: z.string(),
  arguments: z.string(),
  returns: z.string(),
});

export const schemaOutline = z.object({
  /** When it was read; null: never, and everything else is empty. */
  takenAt: moment.nullable(),
  serverVersion: z.string(),
  searchPath: z.array(z.string()),
  tables: z.array(outlineTable),
  functions: z.array(outlineFunction),
  /** Foreign keys that nobody declared, without those that somebody rejected. */
  inferredKeys: z.array(inferredKey),
  gaps: z.array(z.string()),
});
export type SchemaOutline = z.infer<typeof schemaOutline>;

export const tableDetail = z.object({
  takenAt: moment,
  table: catalogTable,
  /** Declared keys of other tables that point here. */
  referencedBy: z.array(z.object({ from: tableName, key: foreignKey })),
  /** Undeclared ones from here and to here, rejected ones too. */
  inferredKeys: z.array(inferredKey),
});
export type TableDetail = z.infer<typeof tableDetail>;

export const schemaHit = z.object({
  schema: z.string(),
  table: z.string(),
  /** Null: the table itself. */
  column: z.string().nullable(),
  /** What it is: the type of a column, `table`, `view`… */
  type: z.string(),
  comment: z.string().nullable(),
});
export type SchemaHit = z.infer<typeof schemaHit>;

/** A schema that was read longer ago than this is read anew when somebody looks at it; milliseconds. */
export const schemaCacheMs = 60 * 60 * 1000;

const place = "/api/workspaces/:workspaceId/query/connections/:connectionId";
const route = { tag: "Query", audience: "member" } as const;

export const schemaRoutes = {
  readSchema: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/schema`,
    summary: "The schema as it was read last; one that is older than an hour is read anew in the background",
    scope: "read",
    params: connectionParams,
    response: schemaOutline,
  }),
  readTable: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/schema/table`,
    summary: "Everything that is known of one table or view",
    scope: "read",
    params: connectionParams,
    query: z.object({ schema: prose(200), name: prose(200) }),
    response: tableDetail,
  }),
  searchSchema: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/schema/search`,
    summary: "Tables and columns whose names or comments hold all the words, best first",
    scope: "read",
    params: connectionParams,
    query: z.object({ q: line(200), limit: z.coerce.number().int().min(1).max(200).default(50) }),
    response: z.object({ items: z.array(schemaHit) }),
  }),
  refreshSchema: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/schema/readings`,
    summary: "Read the schema anew; gives the reading that is under way when there is one",
    scope: "write",
    params: connectionParams,
    response: ingestion,
    status: 202,
  }),
  listReadings: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/schema/readings`,
    summary: "The last readings of the schema with what had changed, newest first",
    scope: "read",
    params: connectionParams,
    response: z.object({ items: z.array(ingestion.extend({ changes: z.array(schemaChange) })) }),
  }),
  cancelReading: defineRoute({
    ...route,
    method: "DELETE",
    path: `${place}/schema/readings/current`,
    summary: "Cancel the reading that is under way; the schema that was there before stays",
    scope: "write",
    params: connectionParams,
    response: "none",
  }),
  decideInferredKey: defineRoute({
    ...route,
    method: "PUT",
    path: `${place}/schema/inferred-keys/:key`,
    summary: "Confirm or reject a foreign key that was inferred, or leave it open again",
    scope: "write",
    params: connectionParams.extend({ key: z.string().regex(/^[0-9a-f]{32}$/) }),
    body: z.object({ decision: inferredKey.shape.decision }),
    response: inferredKey,
  }),
} as const;
