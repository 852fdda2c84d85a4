import { type Actor, audit } from "../../audit/index.ts";
import type { Transaction } from "../../db/index.ts";
import { instance } from "../schema.ts";

export async function readInstanceSettings(tx: Transaction): Promise<{ signUpOpen: boolean }> {
  const [row] = await tx.select({ signUpOpen: instance.signUpOpen }).from(instance);
  return { signUpOpen: row?.signUpOpen ?? false };
}

/** Changes what is given; says so in the audit log when anything did change. */
export async function updateInstanceSettings(
  tx: Transaction,
  changes: { signUpOpen?: boolean | undefined },
  actor: Actor,
): Promise<{ signUpOpen: boolean }> {
  const before = await readInstanceSettings(tx);
  const after = { signUpOpen: changes.signUpOpen ?? before.signUpOpen };
  if (after.signUpOpen !== before.signUpOpen) {
    await tx.update(instance).set(after);
    await audit(tx, actor, { workspaceId: null, action: "instance.settings_changed", details: { before, after } });
  }
  return after;
}
