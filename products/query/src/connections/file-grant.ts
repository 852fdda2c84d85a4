import { roleMay } from "@mindmesh/contracts/permissions";
import type { FileGrant } from "@mindmesh/kernel/storage";
import { and, eq, sql } from "drizzle-orm";
import { connections } from "../schema.ts";
import { mayUse } from "./find-connection.ts";

/**
 * Who may use a connection may read its files; where something of it is hidden only those who decide on that, because a file
 * shows everything that is in it.
 */
export const connectionFiles: FileGrant = async (tx, caller, fileId) => {
  const rows = await tx
    .select({ roles: connections.roles, hidden: connections.hidden })
    .from(connections)
    .where(
      and(
        eq(connections.workspaceId, caller.workspaceId),
        sql`${connections.files} @> ${JSON.stringify([{ fileId }])}::jsonb`,
      ),
    );
  return rows.some((row) => mayUse(caller, row) && (row.hidden.length === 0 || roleMay(caller.role, "query.manage")));
};
