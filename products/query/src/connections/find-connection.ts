import { roleMay } from "@mindmesh/contracts/permissions";
import type { Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight } from "@mindmesh/kernel/http";
import { and, eq } from "drizzle-orm";
import { type ConnectionRow, connections } from "../schema.ts";

/** Whether somebody of this role may use a connection at all: owners and admins all, others where it is open to them. */
export function mayUse(caller: Pick<MemberCaller, "role">, row: Pick<ConnectionRow, "roles">): boolean {
  return roleMay(caller.role, "query.manage") || (roleMay(caller.role, "query.use") && row.roles.includes(caller.role));
}

/**
 * A connection that the caller may use.
 * @throws AppError not_allowed for a role that may use none; not_found for one that is not there or not open to the role
 */
export async function findConnection(
  tx: Transaction,
  caller: MemberCaller,
  connectionId: string,
): Promise<ConnectionRow> {
  requireRight(caller, "query.use");
  const [row] = await tx
    .select()
    .from(connections)
    .where(and(eq(connections.workspaceId, caller.workspaceId), eq(connections.id, connectionId)));
  if (!row || !mayUse(caller, row)) throw new AppError("not_found");
  return row;
}
