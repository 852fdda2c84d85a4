import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { MemberCaller } from "@mindmesh/kernel/http";
import { memberFromRecord } from "@mindmesh/kernel/identity";

/** Those of the people who are still members of the workspace, with the rights they have now. */
export async function presentPeople(
  db: Database,
  workspaceId: string,
  personIds: readonly string[],
): Promise<MemberCaller[]> {
  const found = await Promise.all(
    personIds.map((personId) => memberFromRecord(db, { workspaceId, personId, keyId: null })),
  );
  return found.filter((member) => member !== null);
}

/** @throws AppError invalid_fields when somebody is no member of the workspace */
export async function checkRecipients(
  db: Database,
  workspaceId: string,
  recipients: readonly string[],
  field: string,
): Promise<void> {
  const present = await presentPeople(db, workspaceId, recipients);
  if (present.length < recipients.length) {
    throw new AppError("invalid_fields", {
      fields: { [field]: "Somebody here is no member of this workspace any more." },
    });
  }
}
