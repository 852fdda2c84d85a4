import { z } from "zod";
import { id, moment, page, pageQuery, prose, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { cell, cutCell, refusal, resultColumn, textPlace } from "./engine.ts";

/** Who wrote a statement: a person at the page, a model, a tool's caller, or a schedule. */
export const statementOrigins = ["person", "model", "tool", "schedule"] as const;
export const statementOrigin = z.enum(statementOrigins);
export type StatementOrigin = z.infer<typeof statementOrigin>;

/**
 * `refused` by the guard, `failed` in the database, `lost`: the server that ran it is gone, `previewed`: a writing statement
 * that was rolled back to count the rows it would change.
 */
export const statementStates = ["running", "done", "failed", "refused", "cancelled", "lost", "previewed"] as const;
export const statementState = z.enum(statementStates);
export type StatementState = z.infer<typeof statementState>;

/** Why a statement did not come to its end; `connection`: it never reached the database. */
export const statementFailure = z.object({
  kind: z.enum(["syntax", "rights", "refused", "time", "cost", "cancelled", "lost", "connection", "other"]),
  message: z.string(),
  /** The database's code, such as SQLSTATE `42P01`. */
  code: z.string().nullable(),
  hint: z.string().nullable(),
  /** In the statement as it was sent here. */
  place: textPlace.nullable(),
});
export type StatementFailureShape = z.infer<typeof statementFailure>;

/** Values by the names that stand in the text as `:name`, as text; null is NULL. */
export const statementParameters = z.record(prose(63), prose(1_000_000).nullable());
export type StatementParameters = z.infer<typeof statementParameters>;

export const statement = z.object({
  id,
  connectionId: id,
  personId: id,
  origin: statementOrigin,
  sql: z.string(),
  parameters: statementParameters,
  access: z.enum(["read", "write"]),
  state: statementState,
  columns: z.array(resultColumn),
  /** Rows that were read; the database may have more when `stoppedBy` says so. */
  rows: z.int(),
  /** Bytes of those rows as text. */
  bytes: z.int(),
  /** By a writing statement, or that it would change for one that was previewed. */
  affectedRows: z.int().nullable(),
  stoppedBy: z.enum(["rows", "bytes"]).nullable(),
  milliseconds: z.int().nullable(),
  failure: statementFailure.nullable(),
  refusal: refusal.nullable(),
  notices: z.array(z.string()),
  /** When the rows were read from the database, if they are those of an earlier run; null: by this one. */
  cachedAt: moment.nullable(),
  /** Until when its rows are kept here; null: there are none. */
  resultUntil: moment.nullable(),
  createdAt: moment,
  finishedAt: moment.nullable(),
});
export type Statement = z.infer<typeof statement>;

/** Rows of a result that follow each other, as they are stored and sent. */
export const resultBlock = z.object({
  /** Counts from 0. */
  firstRow: z.int(),
  rows: z.array(z.array(cell)),
  /** Cells that hold only the beginning of their value. */
  cuts: z.array(cutCell),
});
export type ResultBlock = z.infer<typeof resultBlock>;

/** One line of the answer to a run (NDJSON). */
export const statementPart = z.discriminatedUnion("type", [
  z.object({ type: z.literal("statement"), statement }),
  z.object({ type: z.literal("columns"), columns: z.array(resultColumn) }),
  /** The first rows, so that they are shown at once; those after them are asked for by block. */
  z.object({ type: z.literal("rows"), block: resultBlock }),
  /** A block can be asked for now. */
  z.object({ type: z.literal("block"), firstRow: z.int(), rows: z.int() }),
  z.object({ type: z.literal("notice"), text: z.string() }),
  /** Nothing new; so that nobody on the way takes the connection for dead. */
  z.object({ type: z.literal("beat") }),
  z.object({ type: z.literal("end"), statement }),
]);
export type StatementPart = z.infer<typeof statementPart>;

export const statementText = prose(200_000).refine((text) => text.trim() !== "", "Must not be empty.");

const connectionParams = workspaceParams.extend({ connectionId: id });
const statementParams = workspaceParams.extend({ statementId: id });
const ofConnection = "/api/workspaces/:workspaceId/query/connections/:connectionId";
const place = "/api/workspaces/:workspaceId/query/statements";
const route = { tag: "Query", audience: "member" } as const;

export const exportFormats = ["csv", "json", "xlsx", "parquet"] as const;
export const exportFormat = z.enum(exportFormats);
export type ExportFormat = z.infer<typeof exportFormat>;

export const statementRoutes = {
  runStatement: defineRoute({
    ...route,
    method: "POST",
    path: `${ofConnection}/statements`,
    summary: "Run one reading statement; the answer is NDJSON, a StatementPart in each line, and ends with `end`",
    scope: "write",
    params: connectionParams,
    body: z.object({
      /** Made by the caller, so that it can be cancelled before the first line of the answer is there. */
      statementId: id.optional(),
      sql: statementText,
      parameters: statementParameters.default({}),
      /** Runs it even if the same was read within the last five minutes. */
      fresh: z.boolean().default(false),
      /** Lower than the connection's. */
      rows: z.int().min(1).max(1_000_000).optional(),
    }),
    response: "raw",
    limit: "run",
    bodyLimit: 2 * 1024 * 1024,
  }),
  previewWrite: defineRoute({
    ...route,
    method: "POST",
    path: `${ofConnection}/write-previews`,
    summary:
      "Run one writing statement, count the rows it changes, and take all of it back (owners and admins, in person)",
    scope: "admin",
    params: connectionParams,
    body: z.object({ sql: statementText, parameters: statementParameters.default({}) }),
    response: statement,
    limit: "run",
    bodyLimit: 2 * 1024 * 1024,
  }),
  confirmWrite: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/:statementId/confirm`,
    summary: "Run a previewed statement for good, exactly as it was previewed and only if it changes as many rows",
    scope: "admin",
    params: statementParams,
    body: z.object({ affectedRows: z.int().min(0) }),
    response: statement,
    limit: "run",
  }),
  listStatements: defineRoute({
    ...route,
    method: "GET",
    path: place,
    summary: "Statements that were run, newest first; with `everybody=true` those of others too (owners and admins)",
    scope: "read",
    params: workspaceParams,
    query: pageQuery.extend({
      connectionId: id.optional(),
      /** Words that the text holds. */
      find: prose(200).trim().optional(),
      state: statementState.optional(),
      origin: statementOrigin.optional(),
      everybody: z.enum(["true", "false"]).default("false"),
    }),
    response: page(statement.extend({ personName: z.string().nullable() })),
  }),
  getStatement: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/:statementId`,
    summary: "A statement, and where the blocks of its result begin",
    scope: "read",
    params: statementParams,
    response: z.object({ statement, blocks: z.array(z.int()) }),
  }),
  readResultBlock: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/:statementId/blocks/:firstRow`,
    summary: "A block of a result, as JSON of a ResultBlock",
    scope: "read",
    params: statementParams.extend({ firstRow: z.coerce.number().int().min(0) }),
    response: "raw",
  }),
  pickResultRows: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/:statementId/picked-rows`,
    summary: "Rows of a result by their numbers, in the order asked for",
    scope: "read",
    params: statementParams,
    body: z.object({ rows: z.array(z.int().min(0)).min(1).max(500) }),
    response: z.object({ rows: z.array(z.array(cell)), cuts: z.array(cutCell) }),
  }),
  exportResult: defineRoute({
    ...route,
    method: "GET",
    path: `${place}/:statementId/export`,
    summary:
      "A result as a file. `formulas=guarded` (the default) keeps spreadsheets from taking text of a CSV for a formula",
    scope: "read",
    params: statementParams,
    query: z.object({ format: exportFormat, formulas: z.enum(["guarded", "plain"]).default("guarded") }),
    response: "raw",
    limit: "run",
  }),
  readValue: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/:statementId/value`,
    summary:
      "One value of a result as a file, whole also where the result has its beginning only: the statement is then run again up to its row",
    scope: "write",
    params: statementParams,
    body: z.object({ row: z.int().min(0), column: z.int().min(0) }),
    response: "raw",
    limit: "run",
  }),
  cancelStatement: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/:statementId/cancel`,
    summary: "End a running statement in the database",
    scope: "write",
    params: statementParams,
    response: "none",
  }),
};

/** Logged events; seen by the person whose statement it is. */
export const statementEvents = {
  "query.statement.changed": z.object({ statementId: id, connectionId: id, state: statementState }),
} as const;
