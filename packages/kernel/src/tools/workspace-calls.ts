import type { RecordedToolCall, toolRoutes } from "@mindmesh/contracts/tools";
import { and, desc, eq, lt } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { type MemberCaller, requireRight } from "../http/index.ts";
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
  if (query.cursor !== undefined && !z.uuid().safeParse(query.cursor).success) {
    throw new AppError("invalid_fields", { fields: { cursor: "Is not one that the server gave." } });
  }
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
  const shown = rows.slice(0, query.limit);
  const names = await namesOf(db, shown);
  return {
    items: shown.map(({ personId: whose, ...call }) => ({
      ...call,
      person: { id: whose, name: names.get(whose) ?? "" },
    })),
    nextCursor: rows.length > query.limit ? (shown.at(-1)?.id ?? null) : null,
  };
}
