import { z } from "zod";
import { id, moment, prose, workspaceParams } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { columnKind } from "./engine.ts";

/** The schema as a diagram: tables, and lines between them. */

export const diagramTable = z.object({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(["table", "view", "materialized view", "foreign table", "partitioned table"]),
  comment: z.string().nullable(),
  rowEstimate: z.number().nullable(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      kind: columnKind,
      nullable: z.boolean(),
      /** Part of the primary key, of a foreign key, or both. */
      primary: z.boolean(),
      foreign: z.boolean(),
    }),
  ),
});
export type DiagramTable = z.infer<typeof diagramTable>;

export const diagramRelation = z.object({
  name: z.string().nullable(),
  /** Places of the two tables in `tables`. */
  from: z.int(),
  to: z.int(),
  columns: z.array(z.string()),
  toColumns: z.array(z.string()),
  /** `declared` by the database; `inferred` from names, types and data; `confirmed`: inferred and then confirmed by a person. */
  origin: z.enum(["declared", "inferred", "confirmed"]),
  /** Whether a row may be without the other one, and whether at most one row points at it. */
  optional: z.boolean(),
  single: z.boolean(),
});
export type DiagramRelation = z.infer<typeof diagramRelation>;

export const diagram = z.object({
  tables: z.array(diagramTable),
  relations: z.array(diagramRelation),
  takenAt: moment,
});
export type Diagram = z.infer<typeof diagram>;

const coordinate = z.number().min(-10_000_000).max(10_000_000);

/** Where a person has put tables, by `schema.name` as JSON of the two names. */
export const diagramArrangement = z.object({
  positions: z
    .record(prose(600), z.object({ x: coordinate, y: coordinate }))
    .refine((positions) => Object.keys(positions).length <= 20_000, "Must have at most 20,000 tables."),
  hidden: z.array(prose(600)).max(20_000),
});
export type DiagramArrangement = z.infer<typeof diagramArrangement>;

export const diagramFormats = ["dbml", "mermaid", "sql"] as const;

const place = "/api/workspaces/:workspaceId/query/connections/:connectionId/diagram";
const params = workspaceParams.extend({ connectionId: id });

export const diagramRoutes = {
  getDiagram: defineRoute({
    method: "GET",
    path: place,
    summary: "The schema as a diagram: tables, columns and relations",
    tag: "Query",
    audience: "member",
    scope: "read",
    params,
    response: diagram,
  }),
  getArrangement: defineRoute({
    method: "GET",
    path: `${place}/arrangement`,
    summary: "Where you have put tables in the diagram, and which you have hidden",
    tag: "Query",
    audience: "member",
    scope: "read",
    params,
    response: diagramArrangement,
  }),
  saveArrangement: defineRoute({
    method: "PUT",
    path: `${place}/arrangement`,
    summary: "Keeps where you have put tables; other people's stay as they are",
    tag: "Query",
    audience: "member",
    scope: "write",
    params,
    body: diagramArrangement,
    bodyLimit: 4 * 1024 * 1024,
    response: "none",
  }),
  exportDiagram: defineRoute({
    method: "GET",
    path: `${place}/export`,
    summary: "The schema as DBML, as a Mermaid diagram, or as SQL",
    tag: "Query",
    audience: "member",
    scope: "read",
    params,
    query: z.object({
      format: z.enum(diagramFormats),
      /** Only this schema. */
      schema: prose(200).optional(),
    }),
    response: "raw",
  }),
} as const;
