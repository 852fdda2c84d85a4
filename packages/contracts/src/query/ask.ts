import { z } from "zod";
import { id, moment, pageQuery, page, prose } from "../fields.ts";
import { defineRoute } from "../route.ts";
import { tableName } from "./catalog.ts";
import { cell, resultColumn } from "./engine.ts";
import { connectionParams } from "./connections.ts";
import { ofConnection, statementText, statementWords } from "./explain.ts";

/** What may be wrong with the figures of a statement, found by looking at it and at the schema. */
export const statementWarning = z.object({
  kind: z.enum(["lost rows", "multiplied rows", "ambiguous key", "empty values", "data"]),
  message: z.string(),
});
export type StatementWarning = z.infer<typeof statementWarning>;

export const askSteps = ["retrieve", "write", "check", "plan", "run"] as const;
export const askStep = z.enum(askSteps);
export type AskStep = z.infer<typeof askStep>;

export const askOutcome = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("answer"),
    sql: z.string(),
    /** What the statement does, from its text. */
    words: statementWords.nullable(),
    tables: z.array(tableName),
    /** What whoever wrote the statement took for granted. */
    assumptions: z.array(z.string()),
    warnings: z.array(statementWarning),
    /** How often it was written anew after an error, at most twice. */
    repairs: z.int(),
    rows: z.int().nullable(),
  }),
  z.object({ kind: z.literal("question"), text: z.string(), choices: z.array(z.string()) }),
  z.object({
    kind: z.literal("refusal"),
    reason: z.string(),
    /** What to do about it; null: nothing that is known. */
    help: z.string().nullable(),
    /** The last statement that was tried, where there was one. */
    sql: z.string().nullable(),
  }),
]);
export type AskOutcome = z.infer<typeof askOutcome>;

export const askTurn = z.object({
  id,
  question: z.string(),
  outcome: askOutcome,
  /** Who wrote the statement: a model, our own rules, or nobody anew because the same was asked a short while ago. */
  by: z.enum(["model", "built-in"]),
  model: z.string().nullable(),
  costUsd: z.number().nullable(),
  /** Since the model wrote it, where its answer was given again. */
  cachedSeconds: z.number().nullable(),
  thumb: z.enum(["up", "down"]).nullable(),
  milliseconds: z.number(),
  createdAt: moment,
});
export type AskTurn = z.infer<typeof askTurn>;

/** The first rows of what an answer's statement gave. They are shown and not kept. */
export const askResult = z.object({
  columns: z.array(resultColumn),
  rows: z.array(z.array(cell)),
  /** Whether there are more rows than these. */
  more: z.boolean(),
  milliseconds: z.number(),
});
export type AskResult = z.infer<typeof askResult>;

/** What comes of asking, one JSON document a line: steps as they begin, and the turn at the end, or why there is none. */
export const askLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("step"), step: askStep, text: z.string() }),
  z.object({ type: z.literal("turn"), turn: askTurn, result: askResult.nullable() }),
  z.object({ type: z.literal("failure"), code: z.string(), message: z.string() }),
]);
export type AskLine = z.infer<typeof askLine>;

export const askBody = z.object({
  question: prose(4000).pipe(z.string().trim().min(1, "Ask something first.")),
  /** `auto`: a model where one is configured and the connection allows it, else our own rules. */
  by: z.enum(["auto", "model", "built-in"]).default("auto"),
  /** `provider/model` or a tier; the usual one when missing. */
  model: prose(200).optional(),
  /** The turn that this one goes on from. */
  after: id.optional(),
  /** Asks anew, also when the same was asked within 15 minutes. */
  fresh: z.boolean().default(false),
  /** Runs the statement and gives its first rows. */
  run: z.boolean().default(true),
});
export type AskBody = z.output<typeof askBody>;

/** A question with a statement that a person has found right. */
export const verifiedExample = z.object({
  id,
  question: z.string(),
  sql: z.string(),
  origin: z.enum(["thumb", "edit"]),
  /** What of it the schema does not have any more. */
  stale: z.array(z.string()),
  createdAt: moment,
});
export type VerifiedExample = z.infer<typeof verifiedExample>;

const turnParams = connectionParams.extend({ turnId: id });
const shared = { tag: "Query", audience: "member" } as const;

export const askRoutes = {
  askQuestion: defineRoute({
    ...shared,
    method: "POST",
    path: `${ofConnection}/questions`,
    summary:
      "Ask in words: lines of JSON with each step and, at the end, the statement with its first rows. Closing the request cancels.",
    scope: "write",
    params: connectionParams,
    body: askBody,
    response: "raw",
    limit: "model",
  }),
  listTurns: defineRoute({
    ...shared,
    method: "GET",
    path: `${ofConnection}/questions`,
    summary: "What you have asked this connection, newest first",
    scope: "read",
    params: connectionParams,
    query: pageQuery,
    response: page(askTurn),
  }),
  deleteTurn: defineRoute({
    ...shared,
    method: "DELETE",
    path: `${ofConnection}/questions/:turnId`,
    summary: "Forget a question",
    scope: "write",
    params: turnParams,
    response: "none",
  }),
  rateTurn: defineRoute({
    ...shared,
    method: "POST",
    path: `${ofConnection}/questions/:turnId/rating`,
    summary:
      "Say whether an answer was right. A right one, or one put right by hand, becomes an example for later questions.",
    scope: "write",
    params: turnParams,
    body: z.object({
      thumb: z.enum(["up", "down"]).nullable(),
      /** The statement as it should have been. */
      sql: statementText.nullable().default(null),
    }),
    response: askTurn,
  }),
  listExamples: defineRoute({
    ...shared,
    method: "GET",
    path: `${ofConnection}/examples`,
    summary: "Questions with statements that people have found right",
    scope: "read",
    params: connectionParams,
    response: z.object({ items: z.array(verifiedExample) }),
  }),
  deleteExample: defineRoute({
    ...shared,
    method: "DELETE",
    path: `${ofConnection}/examples/:exampleId`,
    summary: "Forget an example",
    scope: "write",
    params: connectionParams.extend({ exampleId: id }),
    response: "none",
  }),
} as const;

export const askEvents = { "query.questions.changed": z.object({ connectionId: id }) } as const;
