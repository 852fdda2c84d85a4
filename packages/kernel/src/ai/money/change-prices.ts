import type { ModelPriceSet, PriceBody } from "@mindmesh/contracts/money";
import { and, asc, desc, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, requireRight, tenantOf } from "../../http/index.ts";
import { emitEvent } from "../../realtime/index.ts";
import { modelPrices } from "../schema.ts";
import type { SetPrice } from "./set-prices.ts";

export interface MoneyDependencies {
  db: Database;
  /** Told after every change, so that the next call of this server goes by it. */
  forgetMoney: (workspaceId: string) => void;
}

const shapeOf = ({
  id,
  pattern,
  from,
  inputPerMillion,
  cachedInputPerMillion,
  outputPerMillion,
  updatedAt,
}: SetPrice) => ({
  id,
  pattern,
  from,
  inputPerMillion,
  cachedInputPerMillion,
  outputPerMillion,
  updatedAt,
});

/** The prices that were set for a workspace, by pattern, the latest first. */
export async function listPrices(db: Database, caller: MemberCaller): Promise<ModelPriceSet[]> {
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(modelPrices)
      .where(eq(modelPrices.workspaceId, caller.workspaceId))
      .orderBy(asc(modelPrices.pattern), desc(modelPrices.from)),
  );
  return rows.map(shapeOf);
}

const isPrice = (workspaceId: string, id: string) =>
  and(eq(modelPrices.workspaceId, workspaceId), eq(modelPrices.id, id));

// So many would slow down every call of the workspace.
const mostPrices = 500;

async function requireRoom(tx: Transaction, workspaceId: string): Promise<void> {
  const count = await tx.$count(modelPrices, eq(modelPrices.workspaceId, workspaceId));
  if (count < mostPrices) return;
  throw new AppError("invalid_fields", { fields: { pattern: `There are ${mostPrices} prices. Delete some first.` } });
}

/** @throws AppError already_exists when this pattern has a price from this day on */
async function requireNew(
  tx: Transaction,
  workspaceId: string,
  { pattern, from }: PriceBody,
  id?: string,
): Promise<void> {
  const [same] = await tx
    .select({ id: modelPrices.id })
    .from(modelPrices)
    .where(and(eq(modelPrices.workspaceId, workspaceId), eq(modelPrices.pattern, pattern), eq(modelPrices.from, from)));
  if (same && same.id !== id) {
    throw new AppError("already_exists", {
      message: `There is a price for ${pattern} from ${from} on already. Change that one.`,
    });
  }
}

/**
 * Sets a price, or (with `id`) changes one. What has been recorded keeps the cost that it had.
 * @throws AppError not_allowed, not_found, already_exists, invalid_fields
 */
export async function setPrice(
  { db, forgetMoney }: MoneyDependencies,
  caller: MemberCaller,
  actor: Actor,
  body: PriceBody,
  id?: string,
): Promise<ModelPriceSet> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  const now = new Date().toISOString();
  const row = await db.withWorkspace(tenantOf(caller), async (tx) => {
    await requireNew(tx, workspaceId, body, id);
    if (id === undefined) await requireRoom(tx, workspaceId);
    const [before] =
      id === undefined ? [] : await tx.select().from(modelPrices).where(isPrice(workspaceId, id)).for("update");
    if (id !== undefined && !before) throw new AppError("not_found");
    const [written] = before
      ? await tx
          .update(modelPrices)
          .set({ ...body, updatedAt: now })
          .where(isPrice(workspaceId, before.id))
          .returning()
      : await tx
          .insert(modelPrices)
          .values({ ...body, workspaceId, id: uuidv7(), createdAt: now, updatedAt: now })
          .returning();
    if (!written) throw new Error("the price was not written");
    await audit(tx, actor, {
      workspaceId,
      action: before ? "price.changed" : "price.added",
      target: { kind: "price", id: written.id },
      details: { ...body, ...(before && { before: shapeOf(before) }) },
    });
    await emitEvent(tx, { workspaceId, type: "models.changed", payload: {}, actorId: caller.personId });
    return written;
  });
  forgetMoney(workspaceId);
  return shapeOf(row);
}

/** Takes a price back. @throws AppError not_allowed, not_found */
export async function deletePrice(
  { db, forgetMoney }: MoneyDependencies,
  caller: MemberCaller,
  actor: Actor,
  id: string,
): Promise<void> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const [gone] = await tx.delete(modelPrices).where(isPrice(workspaceId, id)).returning();
    if (!gone) throw new AppError("not_found");
    const target = { kind: "price", id };
    await audit(tx, actor, { workspaceId, action: "price.deleted", target, details: shapeOf(gone) });
    await emitEvent(tx, { workspaceId, type: "models.changed", payload: {}, actorId: caller.personId });
  });
  forgetMoney(workspaceId);
}
