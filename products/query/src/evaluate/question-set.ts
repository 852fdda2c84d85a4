import { z } from "zod";

/** One question with the statements that answer it; see docs/query-evaluation.md. */
const evaluationQuestion = z.object({
  id: z.string().min(1),
  question: z.string().min(1),
  /** Statements that are all right; what they give is compared with what the written statement gives. */
  gold: z.array(z.string().min(1)).default([]),
  /** Whether the order of the rows is part of the answer. */
  ordered: z.boolean().default(false),
  /** Right is to refuse or to ask back: the data cannot answer, or the question can be meant in several ways. */
  refuse: z.boolean().default(false),
});

/** A set of questions about one database. */
export const questionSet = z
  .object({
    name: z.string().min(1),
    /** Which database it is about, for people. */
    about: z.string().default(""),
    questions: z.array(evaluationQuestion).min(1).max(10_000),
  })
  .refine(
    ({ questions }) => questions.every(({ gold, refuse }) => refuse || gold.length > 0),
    "Each question needs a gold statement, or refuse: true.",
  );
export type QuestionSet = z.output<typeof questionSet>;
