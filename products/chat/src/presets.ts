import type { Preset, chatRoutes } from "@mindmesh/contracts/chat";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, asc, eq, or } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { presets } from "./schema.ts";

type PresetInput = z.output<typeof chatRoutes.createPreset.body>;

const inWorkspace = (caller: MemberCaller) => eq(presets.workspaceId, caller.workspaceId);
const visible = (caller: MemberCaller) => or(eq(presets.ownerId, caller.personId), eq(presets.shared, true));

async function announce(tx: Transaction, caller: MemberCaller, shared: boolean): Promise<void> {
  await emitEvent(tx, {
    workspaceId: caller.workspaceId,
    type: "chat.presets.changed",
    payload: {},
    audiencePersonId: shared ? null : caller.personId,
  });
}

/** The caller's presets and those that others share. */
export function listPresets(db: Database, caller: MemberCaller): Promise<Preset[]> {
  return db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(presets)
      .where(and(inWorkspace(caller), visible(caller)))
      .orderBy(asc(presets.name)),
  );
}

/**
 * A preset that the caller may use.
 * @throws AppError invalid_fields when it is gone
 */
export async function findPreset(tx: Transaction, caller: MemberCaller, presetId: string): Promise<Preset> {
  const [row] = await tx
    .select()
    .from(presets)
    .where(and(inWorkspace(caller), eq(presets.id, presetId), visible(caller)));
  if (!row) throw new AppError("invalid_fields", { fields: { presetId: "This preset does not exist any more." } });
  return row;
}

/** Keeps a preset. */
export function createPreset(db: Database, caller: MemberCaller, input: PresetInput): Promise<Preset> {
  requireRight(caller, "content.write");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const [row] = await tx
      .insert(presets)
      .values({ workspaceId: caller.workspaceId, id: uuidv7(), ownerId: caller.personId, ...input })
      .returning();
    if (!row) throw new AppError("internal");
    await announce(tx, caller, row.shared);
    return row;
  });
}

/** Changes a preset of the caller. */
export function updatePreset(
  db: Database,
  caller: MemberCaller,
  presetId: string,
  input: PresetInput,
): Promise<Preset> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const old = await ownPreset(tx, caller, presetId);
    const [row] = await tx
      .update(presets)
      .set(input)
      .where(and(inWorkspace(caller), eq(presets.id, presetId)))
      .returning();
    if (!row) throw new AppError("not_found");
    await announce(tx, caller, old.shared || row.shared);
    return row;
  });
}

/** Deletes a preset of the caller; conversations keep what they took from it. */
export function deletePreset(db: Database, caller: MemberCaller, presetId: string): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const old = await ownPreset(tx, caller, presetId);
    await tx.delete(presets).where(and(inWorkspace(caller), eq(presets.id, presetId)));
    await announce(tx, caller, old.shared);
  });
}

async function ownPreset(tx: Transaction, caller: MemberCaller, presetId: string) {
  const [row] = await tx
    .select()
    .from(presets)
    .where(and(inWorkspace(caller), eq(presets.id, presetId), visible(caller)))
    .for("update");
  if (!row) throw new AppError("not_found");
  if (row.ownerId !== caller.personId)
    throw new AppError("not_allowed", { message: "This preset is somebody else's." });
  return row;
}
