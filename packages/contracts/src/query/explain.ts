import { z } from "zod";
import { defineRoute } from "../route.ts";
import { connectionParams } from "./connections.ts";
import { cell, planNode, refusal } from "./engine.ts";

/** A statement, as a person or a program sends it. */
export const statementText = z.string().trim().min(1, "Write a statement first.").max(200_000);

export const explanationPart = z.object({
  /** Such as `Reads` or `Keeps rows where`. */
  title: z.string(),
  lines: z.array(z.string()),
  /** The named query (WITH) that it is about; null: the statement itself. */
  of: z.string().nullable(),
});
export type ExplanationPart = z.infer<typeof explanationPart>;

/** A statement in plain words, from its text alone. */
export const statementWords = z.object({ summary: z.string(), parts: z.array(explanationPart) });
export type StatementWords = z.infer<typeof statementWords>;

/** What there is to say of one step of a plan. */
export const planNote = z.object({
  /** Places of children from the root, such as `0.1`; the root itself is the empty text. */
  path: z.string(),
  /** What the step does, in plain words. */
  words: z.string(),
  /** Of the whole plan's cost, or time where it was run: what this step takes by itself, 0 to 1. */
  share: z.number().nullable(),
  dearest: z.boolean(),
  /** How many times more (above 1) or fewer (below 1) rows came than the planner expected; null: not known or about right. */
  misestimate: z.number().nullable(),
  warnings: z.array(z.string()),
});
export type PlanNote = z.infer<typeof planNote>;

export const explainedPlan = z.object({
  plan: planNode,
  notes: z.array(planNote),
  /** What matters most, in a few sentences. */
  summary: z.array(z.string()),
  /** Whether the statement was run for it. */
  analyzed: z.boolean(),
});
export type ExplainedPlan = z.infer<typeof explainedPlan>;

/** Why something could not be had, in plain words. */
export const shortfall = z.object({ message: z.string(), refusal: refusal.nullable() });

export const explanation = z.object({
  /** Null for a statement that has no such words: `planProblem` or the database says more. */
  words: statementWords.nullable(),
  wordsProblem: z.string().nullable(),
  plan: explainedPlan.nullable(),
  planProblem: shortfall.nullable(),
});
export type Explanation = z.infer<typeof explanation>;

/** Where everything about one connection is asked for. */
export const ofConnection = "/api/workspaces/:workspaceId/query/connections/:connectionId";

export const explainRoutes = {
  explainStatement: defineRoute({
    method: "POST",
    path: `${ofConnection}/explain`,
    summary: "What a statement does, in plain words, and how the database would go about it. No model is asked.",
    tag: "Query",
    audience: "member",
    scope: "read",
    params: connectionParams,
    body: z.object({
      sql: statementText,
      /** By the engine's own placeholders. */
      parameters: z.array(cell).max(1000).default([]),
      /** Runs the statement, within the connection's limits, and shows what really happened. */
      analyze: z.boolean().default(false),
      /** Without the plan nothing is asked of the database. */
      plan: z.boolean().default(true),
    }),
    response: explanation,
    limit: "run",
  }),
} as const;
