import type { ToolCall, toolRoutes } from "@mindmesh/contracts/tools";
import { and, desc, eq, lt } from "drizzle-orm";
import type { z } from "zod";
import type { Database } from "../db/index.ts";
import { type MemberCaller, pageOfRows, requireRowCursor, tenantOf } from "../http/index.ts";
import { toolCallShape } from "./call-rows.ts";
import { toolCalls } from "./schema.ts";

/** A page of the caller's tool calls, newest first. */
export async function listToolCalls(
  db: Database,
  caller: MemberCaller,
  query: z.output<typeof toolRoutes.listToolCalls.query>,
): Promise<{ items: ToolCall[]; nextCursor: string | null }> {
  requireRowCursor(query.cursor);
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(toolCalls)
      .where(
        and(
          eq(toolCalls.workspaceId, caller.workspaceId),
          eq(toolCalls.personId, caller.personId),
          query.state === undefined ? undefined : eq(toolCalls.state, query.state),
          query.cursor === undefined ? undefined : lt(toolCalls.id, query.cursor),
        ),
      )
      .orderBy(desc(toolCalls.id))
      .limit(query.limit + 1),
  );
  const { items, nextCursor } = pageOfRows(rows, query.limit);
  return { items: items.map(toolCallShape), nextCursor };
}
