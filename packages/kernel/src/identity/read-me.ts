import type { Me } from "@mindmesh/contracts/identity";
import { asc, eq, sql } from "drizzle-orm";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { members, people, workspaces } from "./schema.ts";

/** The person and the workspaces they belong to. */
export async function readMe(db: Database, personId: string): Promise<Me> {
  return db.system(async (tx) => {
    const [person] = await tx.select().from(people).where(eq(people.id, personId));
    if (!person) throw new AppError("not_signed_in");
    const rows = await tx
      .select({
        id: workspaces.id,
        name: workspaces.name,
        role: members.role,
        createdAt: workspaces.createdAt,
        eventSeq:
          sql`coalesce((SELECT seq FROM kernel.event_heads h WHERE h.workspace_id = ${workspaces.id}), 0)`.mapWith(
            Number,
          ),
      })
      .from(members)
      .innerJoin(workspaces, eq(workspaces.id, members.workspaceId))
      .where(eq(members.personId, personId))
      .orderBy(asc(members.joinedAt));
    return { person, workspaces: rows };
  });
}
