import type { Connection } from "@mindmesh/contracts/query/connections";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { asc, eq, sql } from "drizzle-orm";
import { connections } from "../schema.ts";
import { connectionShapes } from "./connection-shape.ts";
import { mayUse } from "./find-connection.ts";

/** The connections that the caller may use, by name. */
export async function listConnections(db: Database, caller: MemberCaller): Promise<Connection[]> {
  requireRight(caller, "query.use");
  return db.withWorkspace(
    tenantOf(caller),
    async (tx) => {
      const rows = await tx
        .select()
        .from(connections)
        .where(eq(connections.workspaceId, caller.workspaceId))
        .orderBy(asc(sql`lower(${connections.name})`));
      const usable = rows.filter((row) => mayUse(caller, row));
      return connectionShapes(tx, caller.workspaceId, usable);
    },
    // One moment for both: a reading that has ended and a schema that was never read do not go together.
    { snapshot: true },
  );
}
