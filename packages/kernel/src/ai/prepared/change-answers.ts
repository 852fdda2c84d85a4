import type { PreparedAnswer, PreparedAnswerBody, preparedAnswerRoutes } from "@mindmesh/contracts/prepared-answers";
import { type SQL, and, desc, eq, lt, ne } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, pageOfRows, requireRight, requireRowCursor, tenantOf } from "../../http/index.ts";
import type { Jobs } from "../../jobs/index.ts";
import { emitModelsChanged } from "../add-provider-key.ts";
import type { ModelGateway } from "../gateway.ts";
import { preparedAnswers } from "../schema.ts";
import { placeOf } from "./question-place.ts";

export interface PreparedDependencies {
  db: Database;
  gateway: Pick<ModelGateway, "forgetPrepared" | "stream" | "canCall">;
  jobs: Pick<Jobs, "enqueue">;
}

type Row = typeof preparedAnswers.$inferSelect;

/** Every server keeps all places of a workspace in memory. */
const mostAnswers = 5000;

export function shapeOf(row: Row): PreparedAnswer {
  const { id, question, system, answer, enabled, problem, answeredAt, given, givenAt, madeBy } = row;
  const cost = madeBy?.costUsd ?? null;
  return {
    id,
    question,
    system,
    model: row.model === "" ? null : row.model,
    answer,
    enabled,
    madeBy: madeBy?.model ?? null,
    problem,
    answeredAt,
    given,
    givenAt,
    savedUsd: cost === null ? null : cost * given,
  };
}

export const isAnswer = (workspaceId: string, id: string): SQL | undefined =>
  and(eq(preparedAnswers.workspaceId, workspaceId), eq(preparedAnswers.id, id));

/** How many more a workspace may have. */
export async function roomFor(tx: Transaction, workspaceId: string): Promise<number> {
  return mostAnswers - (await tx.$count(preparedAnswers, eq(preparedAnswers.workspaceId, workspaceId)));
}

export function noRoom(): AppError {
  return new AppError("conflict", { message: `There are ${mostAnswers} prepared answers at most. Delete some first.` });
}

/** A page of what is prepared, the newest first. @throws AppError not_allowed, invalid_fields for a cursor that is not ours */
export async function listAnswers(
  { db }: PreparedDependencies,
  caller: MemberCaller,
  query: z.output<typeof preparedAnswerRoutes.listPreparedAnswers.query>,
): Promise<{ items: PreparedAnswer[]; nextCursor: string | null }> {
  requireRight(caller, "workspace.configure");
  requireRowCursor(query.cursor);
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(preparedAnswers)
      .where(
        and(
          eq(preparedAnswers.workspaceId, caller.workspaceId),
          query.cursor === undefined ? undefined : lt(preparedAnswers.id, query.cursor),
        ),
      )
      .orderBy(desc(preparedAnswers.id))
      .limit(query.limit + 1),
  );
  return pageOfRows(rows.map(shapeOf), query.limit);
}

/** @throws AppError already_exists when another answer lies in the same place */
async function requireFree(tx: Transaction, row: Pick<Row, "workspaceId" | "id" | "place" | "model">): Promise<void> {
  const { workspaceId, place, model } = preparedAnswers;
  const same = and(eq(workspaceId, row.workspaceId), eq(place, row.place), eq(model, row.model));
  if ((await tx.$count(preparedAnswers, and(same, ne(preparedAnswers.id, row.id)))) === 0) return;
  const message = "There is a prepared answer to this question already. Change that one.";
  throw new AppError("already_exists", { message, fields: { question: message } });
}

/**
 * Writes an answer, or (with `id`) changes one. A changed answer is a person's own.
 * @throws AppError not_allowed, not_found, already_exists; conflict above 5,000
 */
export async function writeAnswer(
  { db, gateway }: PreparedDependencies,
  caller: MemberCaller,
  actor: Actor,
  { question, system, model, answer, enabled }: PreparedAnswerBody,
  id?: string,
): Promise<PreparedAnswer> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  const asked = { question, system, model: model ?? "", place: placeOf(question, system) };
  const now = new Date().toISOString();
  const row = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const [before] =
      id === undefined ? [] : await tx.select().from(preparedAnswers).where(isAnswer(workspaceId, id)).for("update");
    if (id !== undefined && !before) throw new AppError("not_found");
    const own = before?.answer === answer ? {} : { answer, madeBy: null, problem: null, answeredAt: now };
    await requireFree(tx, { ...asked, workspaceId, id: before?.id ?? uuidv7() });
    if (!before && (await roomFor(tx, workspaceId)) < 1) throw noRoom();
    const [written] = before
      ? await tx
          .update(preparedAnswers)
          .set({ ...asked, enabled, ...own })
          .where(isAnswer(workspaceId, before.id))
          .returning()
      : await tx
          .insert(preparedAnswers)
          .values({ ...asked, workspaceId, id: uuidv7(), answer, enabled, createdAt: now, answeredAt: now })
          .returning();
    if (!written) throw new Error("the answer was not written");
    await audit(tx, actor, {
      workspaceId,
      action: before ? "prepared_answer.changed" : "prepared_answer.added",
      target: { kind: "prepared_answer", id: written.id },
      details: { question: question.slice(0, 200), enabled },
    });
    await emitModelsChanged(tx, caller, null);
    return written;
  });
  gateway.forgetPrepared(workspaceId);
  return shapeOf(row);
}

/** @throws AppError not_allowed, not_found */
export async function deleteAnswer(
  { db, gateway }: PreparedDependencies,
  caller: MemberCaller,
  actor: Actor,
  id: string,
): Promise<void> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const [gone] = await tx.delete(preparedAnswers).where(isAnswer(workspaceId, id)).returning();
    if (!gone) throw new AppError("not_found");
    await audit(tx, actor, {
      workspaceId,
      action: "prepared_answer.deleted",
      target: { kind: "prepared_answer", id },
      details: { question: gone.question.slice(0, 200) },
    });
    await emitModelsChanged(tx, caller, null);
  });
  gateway.forgetPrepared(workspaceId);
}
