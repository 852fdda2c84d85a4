import type { ConnectionPlace, NetworkSettings } from "@mindmesh/contracts/query/connections";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireDevice } from "@mindmesh/kernel/http";

export const isFileEngine = (engine: EngineKind) => engine === "sqlite" || engine === "duckdb";

/** @throws AppError invalid_fields when the engine needs what is missing, or cannot use what is there */
export function checkPlace({ engine, network, files }: Pick<ConnectionPlace, "engine" | "network" | "files">): void {
  const fields: Record<string, string> = {};
  if (isFileEngine(engine)) {
    if (network !== null) fields["network"] = "Files are opened without a network address.";
    if (files.length === 0) fields["files"] = "Choose at least one file.";
    if (engine === "sqlite" && files.length > 1) fields["files"] = "A SQLite connection is one file.";
  } else {
    if (files.length > 0) fields["files"] = "This engine is reached by an address, not by files.";
    if (network === null) fields["network.host"] = "Must not be empty.";
    else Object.assign(fields, wrongInNetwork(engine, network));
  }
  if (Object.keys(fields).length > 0) throw new AppError("invalid_fields", { fields });
}

function wrongInNetwork(engine: EngineKind, { host, user, certificateAuthority }: NetworkSettings) {
  const fields: Record<string, string> = {};
  if (/[\s/@]/.test(host))
    fields["network.host"] = "Write the host alone, such as db.example.com, without a scheme or path.";
  if (user === "") fields["network.user"] = "Must not be empty.";
  if (certificateAuthority !== null && !certificateAuthority.includes("-----BEGIN CERTIFICATE-----")) {
    fields["network.certificateAuthority"] =
      "Is not a certificate in PEM form (it begins with -----BEGIN CERTIFICATE-----).";
  }
  return fields;
}

/**
 * Only who owns the server opens its private network, and in person.
 * @throws AppError not_allowed, device_required
 */
export function checkPrivateAllowed(caller: MemberCaller, allowed: boolean): void {
  if (!allowed) return;
  if (!caller.isInstanceOwner) {
    throw new AppError("not_allowed", {
      message: "Only the owner of the server may allow an address inside its private network.",
    });
  }
  requireDevice(caller);
}
