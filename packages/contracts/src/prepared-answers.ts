import { z } from "zod";
import { id, moment, page, pageQuery, prose, workspaceParams } from "./fields.ts";
import { modelName } from "./models.ts";
import { defineRoute } from "./route.ts";
import { modelTier } from "./routing.ts";

/** Stands for each of the values in a question of which there are many. */
export const valuePlace = "{{value}}";
export const mostValues = 200;

const question = prose(4000).refine((text) => text.trim() !== "", "Must not be empty.");
const asked = {
  question,
  /** The system prompt that a request must have, empty for none; null: whatever it is. */
  system: prose(20_000).nullable(),
  /** The model or tier that a request must name; null: any. */
  model: z.union([modelTier, modelName]).nullable(),
};

export const preparedAnswerBody = z.object({
  ...asked,
  answer: prose(100_000).refine((text) => text.trim() !== "", "Must not be empty."),
  /** Whether it is given. */
  enabled: z.boolean(),
});
export type PreparedAnswerBody = z.infer<typeof preparedAnswerBody>;

export const askedAnswersBody = z
  .object({
    ...asked,
    /** Put in place of `{{value}}`, one question each. */
    values: z.array(prose(1000)).max(mostValues, `Must be at most ${mostValues} values.`),
    /** Whether the answers are given as soon as they are there; otherwise once somebody has switched them on. */
    enabled: z.boolean(),
  })
  .refine(({ question, values }) => question.includes(valuePlace) === values.length > 0, {
    path: ["values"],
    message: `The question must have ${valuePlace} where the values belong, and there must be values for it.`,
  });
export type AskedAnswersBody = z.infer<typeof askedAnswersBody>;

export const preparedAnswer = z.object({
  id,
  question: z.string(),
  system: z.string().nullable(),
  model: asked.model,
  /** Null while a model is asked, or when it failed (`problem`). */
  answer: z.string().nullable(),
  enabled: z.boolean(),
  /** `provider/model`; null: a person wrote it. */
  madeBy: z.string().nullable(),
  problem: z.string().nullable(),
  answeredAt: moment,
  given: z.number().int(),
  givenAt: moment.nullable(),
  /** What giving it has saved; null where it is not known what the answer would have cost. */
  savedUsd: z.number().nullable(),
});
export type PreparedAnswer = z.infer<typeof preparedAnswer>;

const base = "/api/workspaces/:workspaceId/prepared-answers" as const;
const route = { tag: "prepared answers", audience: "member", scope: "admin" } as const;
const answerParams = workspaceParams.extend({ answerId: id });

/** Answers stored before they are asked for, the first tier of the cache. For owners and admins. */
export const preparedAnswerRoutes = {
  listPreparedAnswers: defineRoute({
    ...route,
    method: "GET",
    path: base,
    summary: "Answers that are stored before they are asked for, the newest first",
    params: workspaceParams,
    query: pageQuery,
    response: page(preparedAnswer),
  }),
  addPreparedAnswer: defineRoute({
    ...route,
    method: "POST",
    path: base,
    summary: "Write the answer to a question before it is asked",
    params: workspaceParams,
    body: preparedAnswerBody,
    response: preparedAnswer,
    status: 201,
  }),
  askForAnswers: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/ask`,
    summary: "Have a model answer a question, or one question for each of many values, before they are asked",
    params: workspaceParams,
    body: askedAnswersBody,
    /** `known`: questions that have a prepared answer already. */
    response: z.object({ added: z.number().int(), known: z.number().int() }),
    status: 202,
  }),
  changePreparedAnswer: defineRoute({
    ...route,
    method: "PUT",
    path: `${base}/:answerId`,
    summary: "Change a prepared answer; one whose answer is changed counts as written by a person",
    params: answerParams,
    body: preparedAnswerBody,
    response: preparedAnswer,
  }),
  askAgain: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/:answerId/ask`,
    summary: "Have a model answer it anew; the old answer is given until the new one is there",
    params: answerParams,
    response: "none",
  }),
  deletePreparedAnswer: defineRoute({
    ...route,
    method: "DELETE",
    path: `${base}/:answerId`,
    summary: "Delete a prepared answer",
    params: answerParams,
    response: "none",
  }),
};
