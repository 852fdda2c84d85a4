import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type PersonalItem, inPages } from "@mindmesh/kernel/person-data";
import { and, asc, eq, gt } from "drizzle-orm";
import { glossaryTerms } from "../glossary/schema.ts";
import { type QuestionRow, questions, verifiedExamples } from "./schema.ts";

/** What somebody has asked databases in words. */
export async function* exportQuestions(db: Database, personId: string): AsyncGenerator<PersonalItem> {
  const all = inPages<QuestionRow>((after, pageSize) =>
    db.system((tx) =>
      tx
        .select()
        .from(questions)
        .where(and(eq(questions.personId, personId), after === null ? undefined : gt(questions.id, after.id)))
        .orderBy(asc(questions.id))
        .limit(pageSize),
    ),
  );
  for await (const { question, outcome, thumb, createdAt } of all) {
    yield { kind: "questions", value: { question, outcome, thumb, createdAt } };
  }
}

/** Their questions go; terms and examples are the workspace's and only forget who made them. */
export async function forgetQuestions(tx: Transaction, personId: string): Promise<void> {
  await tx.delete(questions).where(eq(questions.personId, personId));
  await tx.update(glossaryTerms).set({ createdBy: null }).where(eq(glossaryTerms.createdBy, personId));
  await tx.update(verifiedExamples).set({ createdBy: null }).where(eq(verifiedExamples.createdBy, personId));
}
