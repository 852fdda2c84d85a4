import type { signUpBody } from "@mindmesh/contracts/identity";
import type { z } from "zod";
import { v7 as uuidv7 } from "uuid";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { hashPassword } from "./passwords.ts";
import { instance, members, people, workspaces } from "./schema.ts";
import { type Device, type TokenPair, beginSession } from "./session-tokens.ts";

/**
 * Makes an account with a workspace of its own and signs the device in. The first person owns the server; later ones
 * need sign-up to be open.
 * @throws AppError sign_up_closed, already_exists
 */
export async function signUp(
  db: Database,
  key: Uint8Array,
  input: z.output<typeof signUpBody>,
  device: Device,
): Promise<TokenPair & { personId: string }> {
  const passwordHash = await hashPassword(input.password);
  try {
    return await db.system(async (tx) => {
      // Serialises sign-ups of a new server: exactly one becomes the owner.
      const [settings] = await tx.select().from(instance).for("update");
      const first = (await tx.select({ id: people.id }).from(people).limit(1)).length === 0;
      if (!first && !settings?.signUpOpen) throw new AppError("sign_up_closed");
      const personId = uuidv7();
      const workspaceId = uuidv7();
      await tx
        .insert(people)
        .values({ id: personId, email: input.email, name: input.name, passwordHash, isInstanceOwner: first });
      await tx.insert(workspaces).values({ id: workspaceId, name: input.workspaceName ?? `${input.name}'s workspace` });
      await tx.insert(members).values({ workspaceId, personId, role: "owner" });
      return { personId, ...(await beginSession(tx, key, personId, device)) };
    });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string; constraint?: string } };
    if (cause?.code === "23505" && cause.constraint === "people_email") {
      throw new AppError("already_exists", { fields: { email: "An account with this address exists." }, cause: error });
    }
    throw error;
  }
}
