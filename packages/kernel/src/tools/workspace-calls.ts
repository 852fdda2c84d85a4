import type { RecordedToolCall, toolRoutes } from "@mindmesh/contracts/tools";
import { and, desc, eq, lt } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../db/index.ts";
import { type MemberCaller, pageOfRows, requireRight, requireRowCursor } from "../http/index.ts";
import { namesOf } from "./admin-approvals.ts";
import { toolCalls } from "./schema.ts";

/**
 * A page of everybody's calls, newest first, for admins: that and when, but neither with what nor what came of it,
 * which is the person's own. Row-level security shows nobody the rows of others, so they are read past it, by workspace
 * and these columns only.
 * @throws AppError not_allowed
 */
export async function listWorkspaceToolCalls(
  db: Database,
  caller: MemberCaller,
  query: z.output<typeof toolRoutes.listWorkspaceToolCalls.query>,
): Promise<{ items: RecordedToolCall[]; nextCursor: string | null }> {
  requireRight(caller, "tools.manage");
  requireRowCursor(query.cursor);
  const { id, personId, tool, title, risk, origin, state, createdAt, durationMs } = toolCalls;
  const rows = await db.system((tx) =>
    tx
      .select({ id, personId, tool, title, risk, origin, state, createdAt, durationMs })
      .from(toolCalls)
      .where(
        and(
          eq(toolCalls.workspaceId, caller.workspaceId),
          query.cursor === undefined ? undefined : lt(toolCalls.id, query.cursor),
        ),
      )
      .orderBy(desc(toolCalls.id))
      .limit(query.limit + 1),
  );
  const { items, nextCursor } = pageOfRows(rows, query.limit);
  const names = await namesOf(db, items);
  return {
    items: items.map(({ personId: whose, ...call }) => ({
      ...call,
      person: { id: whose, name: names.get(whose) ?? "" },
    })),
    nextCursor,
  };
}
