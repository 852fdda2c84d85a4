import { type AskedAnswersBody, valuePlace } from "@mindmesh/contracts/prepared-answers";
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { type Actor, audit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, requireRight, tenantOf } from "../../http/index.ts";
import { type Job, type JobSpec, defineJob } from "../../jobs/index.ts";
import { emitEvent } from "../../realtime/index.ts";
import { emitModelsChanged } from "../add-provider-key.ts";
import { keptAnswer } from "../cache/cached-answers.ts";
import type { ModelPart } from "../model-request.ts";
import { preparedAnswers } from "../schema.ts";
import { type PreparedDependencies, isAnswer, noRoom, roomFor } from "./change-answers.ts";
import { placeOf } from "./question-place.ts";

const spec = {
  name: "models.prepare",
  payload: z.object({ answerId: z.guid() }),
  queue: "low",
  maxAttempts: 2,
  timeoutSeconds: 900,
} satisfies JobSpec;

/** @throws AppError invalid_fields when there is no key for the model */
async function requireCallable({ gateway }: PreparedDependencies, caller: MemberCaller, model: string | null) {
  if (model === null || (await gateway.canCall(tenantOf(caller), model))) return;
  throw new AppError("invalid_fields", { fields: { model: "There is no key for this provider." } });
}

/**
 * Has a model answer a question, or one for each value, in the background and on the caller's name and budget. Questions
 * that have a prepared answer already keep it.
 * @throws AppError not_allowed; invalid_fields; conflict above 5,000
 */
export async function askForAnswers(
  dependencies: PreparedDependencies,
  caller: MemberCaller,
  actor: Actor,
  body: AskedAnswersBody,
): Promise<{ added: number; known: number }> {
  requireRight(caller, "workspace.configure");
  const { db, jobs } = dependencies;
  const { workspaceId } = caller;
  const { question, system, model, values, enabled } = body;
  await requireCallable(dependencies, caller, model);
  const questions =
    values.length === 0
      ? [question]
      : [...new Set(values)].map((value) => question.replaceAll(valuePlace, () => value));
  const now = new Date().toISOString();
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    if ((await roomFor(tx, workspaceId)) < questions.length) throw noRoom();
    const rows = questions.map((each) => ({
      workspaceId,
      id: uuidv7(),
      question: each,
      system,
      model: model ?? "",
      place: placeOf(each, system),
      enabled,
      createdAt: now,
      answeredAt: now,
    }));
    const added = await tx.insert(preparedAnswers).values(rows).onConflictDoNothing().returning();
    for (const { id } of added) await enqueue(tx, jobs, caller, id);
    await audit(tx, actor, {
      workspaceId,
      action: "prepared_answer.asked",
      details: { question: question.slice(0, 200), answers: added.length },
    });
    await emitModelsChanged(tx, caller, null);
    return { added: added.length, known: questions.length - added.length };
  });
}

/** Has a model answer one anew. @throws AppError not_allowed, not_found */
export async function askAgain({ db, jobs }: PreparedDependencies, caller: MemberCaller, id: string): Promise<void> {
  requireRight(caller, "workspace.configure");
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const again = await tx
      .update(preparedAnswers)
      .set({ problem: null })
      .where(isAnswer(caller.workspaceId, id))
      .returning();
    if (again.length === 0) throw new AppError("not_found");
    await enqueue(tx, jobs, caller, id);
    await emitModelsChanged(tx, caller, null);
  });
}

/** Two wishes for one answer are one. */
const enqueue = (
  tx: Transaction,
  jobs: PreparedDependencies["jobs"],
  { workspaceId, personId: userId }: MemberCaller,
  answerId: string,
) => jobs.enqueue(tx, spec, { answerId }, { workspaceId, userId, key: answerId });

/** Asks a model for one answer. Run again after a crash it asks anew, and the later answer stays. */
export function preparedAnswerJob({ db, gateway }: Pick<PreparedDependencies, "db" | "gateway">): Job {
  return defineJob({
    ...spec,
    async handler({ payload: { answerId }, workspaceId, userId, signal }) {
      if (workspaceId === null || userId === null) return;
      const tenant = { workspaceId, userId };
      const [row] = await db.withWorkspace(tenant, (tx) =>
        tx.select().from(preparedAnswers).where(isAnswer(workspaceId, answerId)),
      );
      if (!row) return;
      const found = await ask();
      await db.withWorkspace(tenant, async (tx) => {
        await tx.update(preparedAnswers).set(found).where(isAnswer(workspaceId, answerId));
        await emitEvent(tx, { workspaceId, type: "models.changed", payload: {}, actorId: userId });
      });
      gateway.forgetPrepared(workspaceId);

      async function ask(): Promise<Partial<typeof preparedAnswers.$inferInsert>> {
        const { question, system, model } = row as typeof preparedAnswers.$inferSelect;
        const parts: ModelPart[] = [];
        try {
          const answer = gateway.stream({
            ...tenant,
            product: "prepared",
            model: model === "" ? undefined : model,
            system: system ?? undefined,
            messages: [{ role: "user", content: question }],
            signal,
          });
          for await (const part of answer) parts.push(part);
        } catch (error) {
          if (signal.aborted) throw error;
          return { problem: error instanceof AppError ? error.message : "It failed; the server's log says why." };
        }
        const kept = keptAnswer(parts);
        const text = kept?.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("") ?? "";
        if (!kept || text.trim() === "") return { problem: "The model did not end its answer." };
        const { parts: _parts, madeAt, ...madeBy } = kept;
        return { answer: text, madeBy, problem: null, answeredAt: new Date(madeAt).toISOString() };
      }
    },
  });
}
