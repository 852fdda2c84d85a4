import { and, eq, or, sql } from "drizzle-orm";
import type { Transaction } from "../db/index.ts";
import { auditLog } from "./schema.ts";

/** Cuts out of the audit log what tells who a person was; their id stays. Called when the account is deleted. */
export async function forgetPersonInAudit(tx: Transaction, person: { personId: string; email: string }): Promise<void> {
  // The names that stand in details are those of settings and workspaces, which are not the person's.
  await tx.update(auditLog).set({ ip: null }).where(eq(auditLog.actorId, person.personId));
  await tx
    .update(auditLog)
    .set({ details: sql`${auditLog.details} - 'email'` })
    .where(or(sql`${auditLog.details}->>'email' = ${person.email}`, eq(auditLog.targetId, person.personId)));
}

/**
 * Cuts details that a person wrote, such as the text of a statement, out of the entries of some action; the entry stays with who did it, when and
 * with what end. For products, when the account is deleted.
 */
export async function forgetDetailsInAudit(
  tx: Transaction,
  { personId, action, details }: { personId: string; action: string; details: string[] },
): Promise<void> {
  await tx
    .update(auditLog)
    .set({ details: sql`${auditLog.details} - ${sql.param(details)}::text[]` })
    .where(and(eq(auditLog.actorId, personId), eq(auditLog.action, action)));
}

/** Empties the entries of a workspace that is deleted, which may name it and people: who did what, and when, stays. */
export async function forgetWorkspaceInAudit(tx: Transaction, workspaceId: string): Promise<void> {
  await tx.update(auditLog).set({ details: {} }).where(eq(auditLog.workspaceId, workspaceId));
}
