import { and, eq, sql } from "drizzle-orm";
import type { Transaction } from "../../db/index.ts";
import { notifyPerson } from "../../notify/index.ts";
import { emitEvent } from "../../realtime/index.ts";
import { type McpServerRow, mcpTools } from "./schema.ts";
import type { ToolDefinition } from "./visit-server.ts";

/** Names of the tools that are not as they are known: new ones and changed ones. To be read before they are kept. */
export async function unknownTools(
  tx: Transaction,
  { workspaceId, id }: McpServerRow,
  definitions: ToolDefinition[],
): Promise<string[]> {
  const known = await tx
    .select({ name: mcpTools.name, hash: mcpTools.definitionHash })
    .from(mcpTools)
    .where(and(eq(mcpTools.workspaceId, workspaceId), eq(mcpTools.serverId, id)));
  const hashes = new Map(known.map(({ name, hash }) => [name, hash]));
  return definitions.filter(({ name, definitionHash }) => hashes.get(name) !== definitionHash).map(({ name }) => name);
}

/** Tells owners and admins that tools wait for their look; without it nobody would come to know. */
export async function tellAdmins(
  tx: Transaction,
  { workspaceId, id, name }: McpServerRow,
  tools: string[],
): Promise<void> {
  const admins = await tx.execute<{ person_id: string }>(sql`
    SELECT m.person_id FROM kernel.members m
    JOIN kernel.people p ON p.id = m.person_id AND p.disabled_at IS NULL
    WHERE m.workspace_id = ${workspaceId} AND m.role IN ('owner', 'admin')`);
  for (const admin of admins.rows) {
    await notifyPerson(tx, {
      workspaceId,
      personId: admin.person_id,
      kind: "note",
      title: `New or changed tools at ${name}`,
      body: `${tools.slice(0, 5).join(", ")}${tools.length > 5 ? ` and ${tools.length - 5} more` : ""}. Not offered until an admin has looked at them.`,
      subject: `mcp-server:${id}`,
      target: "mcp-servers",
    });
  }
  await emitEvent(tx, { workspaceId, type: "tools.settings.changed", payload: {} });
}
