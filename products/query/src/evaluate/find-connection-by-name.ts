import type { Database } from "@mindmesh/kernel/db";
import { eq, or, sql } from "drizzle-orm";
import { connections } from "../schema.ts";

/** The connections with an id or a name, in all workspaces: for the operator's command line. */
export function findConnectionByName(
  db: Database,
  idOrName: string,
): Promise<{ id: string; workspaceId: string; name: string }[]> {
  return db.system((tx) =>
    tx
      .select({ id: connections.id, workspaceId: connections.workspaceId, name: connections.name })
      .from(connections)
      .where(
        or(
          sql`${connections.id}::text = ${idOrName.toLowerCase()}`,
          eq(sql`lower(${connections.name})`, idOrName.toLowerCase()),
        ),
      ),
  );
}
