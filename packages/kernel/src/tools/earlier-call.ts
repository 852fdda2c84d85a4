import { and, desc, eq, gt, inArray } from "drizzle-orm";
import type { Database } from "../db/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { bindArguments } from "./arguments.ts";
import { type ToolCallRow, toolCalls } from "./schema.ts";

/**
 * The caller's newest call of the tool with exactly these arguments that waits for approval or has it; for clients that
 * can only ask again. Null when there is none.
 */
export async function earlierCall(
  db: Database,
  caller: MemberCaller,
  name: string,
  input: unknown,
): Promise<ToolCallRow | null> {
  const { workspaceId, personId } = caller;
  const { hash } = bindArguments(input, { tool: name, workspaceId, personId });
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const [row] = await tx
      .select()
      .from(toolCalls)
      .where(
        and(
          eq(toolCalls.workspaceId, workspaceId),
          eq(toolCalls.personId, personId),
          eq(toolCalls.tool, name),
          eq(toolCalls.origin, "mcp"),
          eq(toolCalls.argumentsHash, hash),
          inArray(toolCalls.state, ["waiting", "approved"]),
          gt(toolCalls.expiresAt, new Date().toISOString()),
        ),
      )
      .orderBy(desc(toolCalls.id))
      .limit(1);
    return row ?? null;
  });
}
