import { z } from "zod";
import { id, line, moment, prose } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { connectionParams } from "./connections.ts";
import { ofConnection } from "./explain.ts";

/** What a term stands for in the schema: a table, or one of its columns. */
export const termBinding = z.object({
  schema: prose(200),
  table: prose(200),
  column: prose(200).nullable(),
});
export type TermBinding = z.infer<typeof termBinding>;

/**
 * SQL that a term stands for: a `condition` on rows, such as `status = 'paid'`, or a `measure` over them, such as
 * `sum(quantity * price)`. It names columns of the one table that it belongs to.
 */
export const termFragment = z.object({
  kind: z.enum(["condition", "measure"]),
  schema: prose(200),
  table: prose(200),
  sql: prose(2000).min(1),
});
export type TermFragment = z.infer<typeof termFragment>;

const written = {
  term: line(100),
  synonyms: z.array(line(100)).max(20),
  definition: prose(2000),
  bindings: z.array(termBinding).max(20),
  fragment: termFragment.nullable(),
};

export const glossaryTerm = z.object({
  id,
  term: z.string(),
  synonyms: z.array(z.string()),
  definition: z.string(),
  bindings: z.array(termBinding),
  fragment: termFragment.nullable(),
  /** What of it the schema does not have any more, in plain words; empty when all is well. */
  stale: z.array(z.string()),
  version: z.int(),
  updatedAt: moment,
});
export type GlossaryTerm = z.infer<typeof glossaryTerm>;

export const termBody = z.object({
  ...written,
  synonyms: written.synonyms.default([]),
  definition: written.definition.default(""),
  bindings: written.bindings.default([]),
  fragment: written.fragment.default(null),
});
export type TermBody = z.infer<typeof termBody>;

const termParams = connectionParams.extend({ termId: id });
const shared = { tag: "Query", audience: "member" } as const;

export const glossaryRoutes = {
  listTerms: defineRoute({
    ...shared,
    method: "GET",
    path: `${ofConnection}/glossary`,
    summary: "The business terms of a connection, each with what of it the schema does not have any more",
    scope: "read",
    params: connectionParams,
    response: z.object({ items: z.array(glossaryTerm) }),
  }),
  createTerm: defineRoute({
    ...shared,
    method: "POST",
    path: `${ofConnection}/glossary`,
    summary: "Keep a business term, bound to tables, columns or SQL that the schema has",
    scope: "write",
    params: connectionParams,
    body: termBody,
    response: glossaryTerm,
    status: 201,
  }),
  updateTerm: defineRoute({
    ...shared,
    method: "PUT",
    path: `${ofConnection}/glossary/:termId`,
    summary: "Change a business term",
    scope: "write",
    params: termParams,
    body: termBody.extend({ version: z.int() }),
    response: glossaryTerm,
  }),
  deleteTerm: defineRoute({
    ...shared,
    method: "DELETE",
    path: `${ofConnection}/glossary/:termId`,
    summary: "Delete a business term",
    scope: "write",
    params: termParams,
    response: "none",
  }),
} as const;

export const glossaryEvents = { "query.glossary.changed": z.object({ connectionId: id }) } as const;
