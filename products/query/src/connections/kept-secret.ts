import type { NetworkSettings, SecretInput } from "@mindmesh/contracts/query/connections";
import { AppError } from "@mindmesh/kernel/errors";
import { type Secrets, UndecipherableSecret } from "@mindmesh/kernel/secrets";
import type { ConnectionSecret } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";
import { secretContext } from "./open-session.ts";

const nothing: ConnectionSecret = { password: "", ssh: null };

/** What is kept of a connection. One that no key opens any more is as good as none: it must not stand in the way of entering a new one. */
export function readableSecret(secrets: Secrets, row: Pick<ConnectionRow, "id" | "secret">): ConnectionSecret {
  if (row.secret === null) return nothing;
  try {
    return JSON.parse(secrets.decrypt(row.secret, secretContext(row.id))) as ConnectionSecret;
  } catch (error) {
    if (error instanceof UndecipherableSecret) return nothing;
    throw error;
  }
}

/** The secret after a person's entries: what is missing stays, null or an empty text is removed. */
export function enteredSecret(kept: ConnectionSecret, input: SecretInput): ConnectionSecret {
  const either = (entered: string | null | undefined, before: string | null) =>
    entered === undefined ? before : entered === "" ? null : entered;
  const ssh = {
    password: either(input.sshPassword, kept.ssh?.password ?? null),
    privateKey: either(input.sshPrivateKey, kept.ssh?.privateKey ?? null),
    passphrase: either(input.sshPassphrase, kept.ssh?.passphrase ?? null),
  };
  const hasSsh = ssh.password !== null || ssh.privateKey !== null;
  return { password: either(input.password, kept.password) ?? "", ssh: hasSsh ? ssh : null };
}

/** How a secret is stored. */
export function sealedSecret(secrets: Secrets, connectionId: string, secret: ConnectionSecret) {
  const isEmpty = secret.password === "" && secret.ssh === null;
  return {
    secret: isEmpty ? null : secrets.encrypt(JSON.stringify(secret), secretContext(connectionId)),
    hasPassword: secret.password !== "",
    hasSshSecret: secret.ssh !== null,
  };
}

/**
 * Kept secrets go only where they were entered for: who names another host has to enter them again, or an admin could have a
 * password sent to a machine of their own.
 * @throws AppError invalid_fields
 */
export function checkSameAddress(
  kept: ConnectionSecret,
  before: NetworkSettings | null,
  after: NetworkSettings | null,
  input: SecretInput,
): void {
  if (before === null || after === null) return;
  const fields: Record<string, string> = {};
  const again = "Enter it again: the address is another one now.";
  const sshMoved = before.ssh?.host !== after.ssh?.host || before.ssh?.port !== after.ssh?.port;
  const moved = before.host !== after.host || before.port !== after.port || sshMoved;
  if (moved && kept.password !== "" && input.password === undefined) fields["secret.password"] = again;
  if (sshMoved && after.ssh !== null && kept.ssh !== null) {
    if (kept.ssh.password !== null && input.sshPassword === undefined) fields["secret.sshPassword"] = again;
    if (kept.ssh.privateKey !== null && input.sshPrivateKey === undefined) fields["secret.sshPrivateKey"] = again;
  }
  if (Object.keys(fields).length > 0) throw new AppError("invalid_fields", { fields });
}
