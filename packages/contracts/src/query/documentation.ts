import { z } from "zod";
import { id, moment, prose, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { catalogTable } from "./catalog.ts";

/** Documentation of a schema: what the catalogue says, what people add to it, what is missing, and what changed. */

/** What a person says of a table or column that the database itself has no comment on. */
export const description = z.object({
  schema: z.string(),
  table: z.string(),
  column: z.string().nullable(),
  text: z.string(),
});
export type Description = z.infer<typeof description>;

export const lintRules = {
  "primary-key": "Tables without a primary key",
  comment: "Tables and columns without a description",
  "money-as-float": "Amounts kept as floating point numbers",
  "text-as-time": "Dates and times kept as text",
  "time-without-zone": "Moments without a time zone",
  "key-type": "Foreign keys of another type than what they refer to",
  "key-index": "Foreign keys without an index",
  "small-id": "Ids that may run out",
  "nullable-flag": "Yes-or-no columns that may be NULL",
  "unrelated-table": "Tables that nothing refers to and that refer to nothing",
  "wide-table": "Tables of very many columns",
  name: "Names that must be quoted everywhere",
} as const;
export type LintRule = keyof typeof lintRules;
export const lintRule = z.enum(Object.keys(lintRules) as [LintRule, ...LintRule[]]);

export const lintFinding = z.object({
  rule: lintRule,
  severity: z.enum(["warning", "hint"]),
  schema: z.string(),
  table: z.string(),
  column: z.string().nullable(),
  /** What is the matter with it, and why that matters. */
  message: z.string(),
  /** What to do about it. */
  advice: z.string(),
});
export type LintFinding = z.infer<typeof lintFinding>;

export const coverage = z.object({
  tables: z.int(),
  describedTables: z.int(),
  columns: z.int(),
  describedColumns: z.int(),
});
export type Coverage = z.infer<typeof coverage>;

export const documentation = z.object({
  takenAt: moment,
  serverVersion: z.string(),
  tables: z.array(catalogTable),
  enums: z.array(
    z.object({ schema: z.string(), name: z.string(), values: z.array(z.string()), comment: z.string().nullable() }),
  ),
  descriptions: z.array(description),
  coverage,
  findings: z.array(lintFinding),
});
export type Documentation = z.infer<typeof documentation>;

export const documentationVersion = z.object({
  version: z.int(),
  takenAt: moment,
  /** Of the schema as it was read. */
  schemaTakenAt: moment,
  personId: id.nullable(),
  note: z.string(),
  coverage,
});
export type DocumentationVersion = z.infer<typeof documentationVersion>;

/** One line of what is different between two versions. */
export const documentationChange = z.object({
  kind: z.enum(["added", "removed", "changed"]),
  what: z.enum(["table", "column", "key", "index", "check", "enum", "description"]),
  schema: z.string(),
  table: z.string(),
  /** The column, key or index; empty for the table itself. */
  name: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type DocumentationChange = z.infer<typeof documentationChange>;

export const documentationFormats = ["markdown", "html", "pdf"] as const;

const place = "/api/workspaces/:workspaceId/query/connections/:connectionId/documentation";
const params = workspaceParams.extend({ connectionId: id });
/** A kept version; without one, how it is now. */
const ofVersion = z.coerce.number().int().min(1).optional();

export const documentationRoutes = {
  getDocumentation: defineRoute({
    method: "GET",
    path: place,
    summary: "The documentation of a schema, with coverage and findings",
    tag: "Query",
    audience: "member",
    scope: "read",
    params,
    query: z.object({ version: ofVersion }),
    response: documentation,
  }),
  describe: defineRoute({
    method: "PUT",
    path: `${place}/descriptions`,
    summary: "Describes a table or a column; an empty text takes the description away",
    tag: "Query",
    audience: "member",
    scope: "write",
    params,
    body: z.object({
      schema: prose(200),
      table: prose(200),
      column: prose(200).nullable(),
      text: prose(4000).transform((text) => text.trim()),
    }),
    response: "none",
  }),
  listDocumentationVersions: defineRoute({
    method: "GET",
    path: `${place}/versions`,
    summary: "The kept versions of the documentation, newest first",
    tag: "Query",
    audience: "member",
    scope: "read",
    params,
    response: z.object({ items: z.array(documentationVersion) }),
  }),
  keepDocumentation: defineRoute({
    method: "POST",
    path: `${place}/versions`,
    summary: "Keeps the documentation as it is now as a version",
    tag: "Query",
    audience: "member",
    scope: "write",
    params,
    body: z.object({
      note: prose(500)
        .transform((text) => text.trim())
        .default(""),
    }),
    response: documentationVersion,
    status: 201,
  }),
  compareDocumentation: defineRoute({
    method: "GET",
    path: `${place}/changes`,
    summary: "What is different between two versions, or between one and now",
    tag: "Query",
    audience: "member",
    scope: "read",
    params,
    query: z.object({ from: z.coerce.number().int().min(1), to: ofVersion }),
    response: z.object({ items: z.array(documentationChange) }),
  }),
  exportDocumentation: defineRoute({
    method: "GET",
    path: `${place}/export`,
    summary: "The documentation as Markdown, HTML or PDF",
    tag: "Query",
    audience: "member",
    scope: "read",
    params,
    query: z.object({ format: z.enum(documentationFormats), version: ofVersion }),
    response: "raw",
  }),
} as const;
