import type { Me } from "@mindmesh/contracts/identity";
import { and, asc, eq, sql } from "drizzle-orm";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { members, people, workspaces } from "./schema.ts";

/** The person and the workspaces they belong to; with `onlyWorkspace` (for an API key) that one alone. */
export async function readMe(db: Database, personId: string, onlyWorkspace?: string): Promise<Me> {
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
      .where(
        and(
          eq(members.personId, personId),
          onlyWorkspace === undefined ? undefined : eq(members.workspaceId, onlyWorkspace),
        ),
      )
      .orderBy(asc(members.joinedAt));
    return { person, workspaces: rows };
  });
}
