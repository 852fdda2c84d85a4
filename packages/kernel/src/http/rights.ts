import { type Right, roleMay } from "@mindmesh/contracts/permissions";
import { AppError } from "../errors/index.ts";
import type { Caller, MemberCaller } from "./caller.ts";

/** @throws AppError not_allowed when the caller's role does not include the right */
export function requireRight(caller: Pick<MemberCaller, "role">, right: Right): void {
  if (!roleMay(caller.role, right)) throw new AppError("not_allowed");
}

/**
 * The session of a caller who signed in on a device. What could give a key more than it has asks for this.
 * @throws AppError device_required for an API key
 */
export function requireDevice(caller: Caller): { sessionId: string } {
  if (caller.via.kind !== "session") throw new AppError("device_required");
  return caller.via;
}

/** @throws AppError not_allowed for everybody but the owner of the server */
export function requireInstanceOwner(caller: Caller): void {
  if (!caller.isInstanceOwner) {
    throw new AppError("not_allowed", { message: "Only the owner of the server may do this." });
  }
}
