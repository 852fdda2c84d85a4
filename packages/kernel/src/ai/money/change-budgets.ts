import type { Budget, BudgetBody, BudgetChange } from "@mindmesh/contracts/money";
import { and, eq, isNull } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, requireRight, tenantOf } from "../../http/index.ts";
import { emitEvent } from "../../realtime/index.ts";
import { budgets } from "../schema.ts";
import { nanoOf } from "./budget-words.ts";
import type { MoneyDependencies } from "./change-prices.ts";
import { listBudgets } from "./list-budgets.ts";
import { readNames } from "./names.ts";

const isBudget = (workspaceId: string, id: string) => and(eq(budgets.workspaceId, workspaceId), eq(budgets.id, id));

async function tellChanged(tx: Transaction, caller: MemberCaller): Promise<void> {
  const { workspaceId, personId: actorId } = caller;
  await emitEvent(tx, { workspaceId, type: "budget.changed", payload: {}, actorId });
}

async function budgetById(db: Database, caller: MemberCaller, id: string): Promise<Budget> {
  const found = (await listBudgets(db, caller)).find((each) => each.id === id);
  if (!found) throw new AppError("not_found");
  return found;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const noneSuch = {
  person: "No such person.",
  api_key: "No such API key.",
  product: "Must not be an id.",
  workspace: "",
};

/** @throws AppError invalid_fields when the person or API key is not there */
async function requireSubject(db: Database, workspaceId: string, { kind, subject }: BudgetBody): Promise<void> {
  if (subject === null || kind === "product") return;
  const ids = uuid.test(subject) ? [subject] : [];
  const names = await readNames(db, workspaceId, {
    people: kind === "person" ? ids : [],
    apiKeys: kind === "api_key" ? ids : [],
  });
  if (names.people.size + names.apiKeys.size === 0) {
    throw new AppError("invalid_fields", { fields: { subject: noneSuch[kind] } });
  }
}

function columnsOf({ limitUsd, warnPercent, includesOwnKeys, unknownPrices }: BudgetChange) {
  return { limitNano: nanoOf(limitUsd), warnPercent, ownKeys: includesOwnKeys, unknownPrices };
}

/** @throws AppError not_allowed, invalid_fields, already_exists */
export async function addBudget(
  { db, forgetMoney }: MoneyDependencies,
  caller: MemberCaller,
  actor: Actor,
  body: BudgetBody,
): Promise<Budget> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  const { kind, subject, period, ...terms } = body;
  await requireSubject(db, workspaceId, body);
  const now = new Date().toISOString();
  const id = uuidv7();
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const ofSubject = subject === null ? isNull(budgets.subject) : eq(budgets.subject, subject);
    const same = and(
      eq(budgets.workspaceId, workspaceId),
      eq(budgets.kind, kind),
      ofSubject,
      eq(budgets.period, period),
    );
    const added =
      (await tx.$count(budgets, same)) > 0
        ? []
        : await tx
            .insert(budgets)
            .values({ workspaceId, id, kind, subject, period, ...columnsOf(terms), createdAt: now, updatedAt: now })
            .onConflictDoNothing()
            .returning();
    if (added.length === 0) {
      throw new AppError("already_exists", { message: "There is such a budget already. Change that one." });
    }
    await audit(tx, actor, { workspaceId, action: "budget.added", target: { kind: "budget", id }, details: body });
    await tellChanged(tx, caller);
  });
  forgetMoney(workspaceId);
  return budgetById(db, caller, id);
}

/** @throws AppError not_allowed, not_found */
export async function changeBudget(
  { db, forgetMoney }: MoneyDependencies,
  caller: MemberCaller,
  actor: Actor,
  id: string,
  change: BudgetChange,
): Promise<Budget> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const [before] = await tx.select().from(budgets).where(isBudget(workspaceId, id)).for("update");
    if (!before) throw new AppError("not_found");
    const updatedAt = new Date().toISOString();
    await tx
      .update(budgets)
      .set({ ...columnsOf(change), updatedAt })
      .where(isBudget(workspaceId, id));
    const { limitNano, warnPercent, ownKeys, unknownPrices } = before;
    const details = { ...change, before: { limitUsd: limitNano / 1e9, warnPercent, ownKeys, unknownPrices } };
    await audit(tx, actor, { workspaceId, action: "budget.changed", target: { kind: "budget", id }, details });
    await tellChanged(tx, caller);
  });
  forgetMoney(workspaceId);
  return budgetById(db, caller, id);
}

/** @throws AppError not_allowed, not_found */
export async function deleteBudget(
  { db, forgetMoney }: MoneyDependencies,
  caller: MemberCaller,
  actor: Actor,
  id: string,
): Promise<void> {
  requireRight(caller, "workspace.configure");
  const { workspaceId } = caller;
  // As the owner of the schema: what the budget has counted goes with it, and a workspace's role cannot change that.
  await db.system(async (tx) => {
    const [gone] = await tx.delete(budgets).where(isBudget(workspaceId, id)).returning();
    if (!gone) throw new AppError("not_found");
    const { kind, subject, period, limitNano } = gone;
    const details = { kind, subject, period, limitUsd: limitNano / 1e9 };
    await audit(tx, actor, { workspaceId, action: "budget.deleted", target: { kind: "budget", id }, details });
    await tellChanged(tx, caller);
  });
  forgetMoney(workspaceId);
}
