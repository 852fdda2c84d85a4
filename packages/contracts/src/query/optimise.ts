import { z } from "zod";
import { defineRoute } from "../route.ts";
import { tableName } from "./catalog.ts";
import { planNode, textPlace } from "./engine.ts";
import { connectionParams } from "./connections.ts";
import { ofConnection, shortfall, statementText } from "./explain.ts";

export const findingKinds = [
  "missing index",
  "unused index",
  "duplicate index",
  "foreign key without index",
  "whole table read",
  "function on column",
  "leading wildcard",
  "implicit cast",
  "or over columns",
  "offset paging",
  "all columns",
  "stale statistics",
  "repeated statement",
] as const;
export const findingKind = z.enum(findingKinds);
export type FindingKind = z.infer<typeof findingKind>;

/**
 * How a finding is known: `hypothetical`: planned by the database itself with an index that is not there (HypoPG); `database`:
 * both statements planned by the database itself; `copy`: both planned on a copy with made-up rows of the same distribution;
 * `estimate`: computed from figures of the catalogue; `catalogue`: what the database counts.
 */
export const evidenceWays = ["hypothetical", "database", "copy", "estimate", "catalogue"] as const;

export const evidence = z.object({
  way: z.enum(evidenceWays),
  /** In the engine's cost units; null where it has none. */
  before: z.number().nullable(),
  after: z.number().nullable(),
  beforePlan: planNode.nullable(),
  afterPlan: planNode.nullable(),
  /** How to read it, and what it does not say. */
  note: z.string(),
});
export type Evidence = z.infer<typeof evidence>;

export const finding = z.object({
  kind: findingKind,
  title: z.string(),
  explanation: z.string(),
  table: tableName.nullable(),
  place: textPlace.nullable(),
  /** To copy and run by hand with the rights for it, such as CREATE INDEX; never run from here. */
  statement: z.string().nullable(),
  /** The statement itself, written in a better way. */
  rewrite: z.string().nullable(),
  evidence: evidence.nullable(),
  /** `proved`: the plan is cheaper; `no gain`: it is not, so leave it; `remark`: nothing that a plan could prove. */
  verdict: z.enum(["proved", "no gain", "remark"]),
});
export type Finding = z.infer<typeof finding>;

export const optimiseRoutes = {
  optimiseStatement: defineRoute({
    method: "POST",
    path: `${ofConnection}/optimise`,
    summary:
      "What would make a statement faster, each proved by plans before and after. No model is asked, nothing is changed.",
    tag: "Query",
    audience: "member",
    scope: "read",
    params: connectionParams,
    body: z.object({ sql: statementText }),
    response: z.object({ findings: z.array(finding), plan: planNode.nullable(), problem: shortfall.nullable() }),
    limit: "run",
  }),
  readHealth: defineRoute({
    method: "GET",
    path: `${ofConnection}/health`,
    summary: "What in the whole schema costs time or room: unused, repeated and missing indexes, stale statistics",
    tag: "Query",
    audience: "member",
    scope: "read",
    params: connectionParams,
    response: z.object({ findings: z.array(finding), takenAt: z.string().nullable() }),
  }),
} as const;
