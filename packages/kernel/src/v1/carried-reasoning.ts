import { z } from "zod";
import type { SignedCall, SignedReasoning } from "../ai/index.ts";
import type { Secrets } from "../secrets/index.ts";
import { unsupported } from "./openai-error.ts";

/** What a provider signed of an answer, as the client keeps it and gives it back with the results of tools. */
export interface CarriedReasoning {
  reasoning: SignedReasoning | null;
  /** Of calls, by their ids. */
  calls: Record<string, SignedCall>;
}

const signature = z.record(z.string(), z.record(z.string(), z.json()));
const carried = z.object({
  reasoning: z.object({ by: z.string(), thoughts: z.array(z.object({ text: z.string(), signature })) }).nullable(),
  calls: z.record(z.string(), z.object({ by: z.string(), signature })),
});

const contextOf = (workspaceId: string) => `v1 reasoning ${workspaceId}`;

/** Text that only this server can read, for the field `encrypted_content` of a reasoning item. */
export function sealReasoning(secrets: Secrets, workspaceId: string, given: CarriedReasoning): string {
  return secrets.encrypt(JSON.stringify(given), contextOf(workspaceId)).toString("base64url");
}

/**
 * Encrypted, so that a client can neither read what providers keep to themselves nor put settings of its own in its place.
 * @throws Refused, as OpenAI does, for what was not sealed here for this workspace
 */
export function openReasoning(secrets: Secrets, workspaceId: string, sealed: string, param: string): CarriedReasoning {
  try {
    const text = secrets.decrypt(Buffer.from(sealed, "base64url"), contextOf(workspaceId));
    return carried.parse(JSON.parse(text));
  } catch {
    const message = "was not given out here for this workspace, or its key is gone; leave the reasoning item out";
    throw unsupported(param, message, "invalid_encrypted_content");
  }
}
