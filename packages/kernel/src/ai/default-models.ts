import { and, eq, isNull, sql } from "drizzle-orm";
import type { Transaction } from "../db/index.ts";
import { defaultModels } from "./schema.ts";

/** What was chosen to begin with; null: nothing. */
export interface ChosenModels {
  person: string | null;
  workspace: string | null;
}

/** The caller's own choice and the workspace's. */
export async function readChosenModels(tx: Transaction, workspaceId: string): Promise<ChosenModels> {
  const rows = await tx.select().from(defaultModels).where(eq(defaultModels.workspaceId, workspaceId));
  return {
    person: rows.find((row) => row.personId !== null)?.model ?? null,
    workspace: rows.find((row) => row.personId === null)?.model ?? null,
  };
}

/** Chooses a model for a person or, with `personId` null, for the workspace; null takes the choice back. */
export async function chooseModel(
  tx: Transaction,
  workspaceId: string,
  personId: string | null,
  model: string | null,
): Promise<void> {
  const owner = personId === null ? isNull(defaultModels.personId) : eq(defaultModels.personId, personId);
  if (model === null) {
    await tx.delete(defaultModels).where(and(eq(defaultModels.workspaceId, workspaceId), owner));
    return;
  }
  const updatedAt = new Date().toISOString();
  await tx.execute(sql`
    INSERT INTO kernel.default_models (workspace_id, person_id, model, updated_at)
    VALUES (${workspaceId}, ${personId}, ${model}, ${updatedAt})
    ON CONFLICT (workspace_id, person_id) DO UPDATE SET model = excluded.model, updated_at = excluded.updated_at`);
}
