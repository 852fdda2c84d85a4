import { and, eq, notInArray, sql } from "drizzle-orm";
import type { Transaction } from "../../db/index.ts";
import { type McpServerRow, mcpServers, mcpTools } from "./schema.ts";
import type { ToolDefinition } from "./visit-server.ts";

type Place = Pick<McpServerRow, "workspaceId" | "id">;

/**
 * Keeps what a server says its tools are. Risk and switch stay as an admin set them; a definition that has changed, or is
 * new, is not offered until an admin has seen it, except `areSeen` at the first look, which the admin makes.
 */
export async function keepDefinitions(
  tx: Transaction,
  { workspaceId, id: serverId }: Place,
  definitions: ToolDefinition[],
  areSeen: boolean,
): Promise<void> {
  const ofServer = and(eq(mcpTools.workspaceId, workspaceId), eq(mcpTools.serverId, serverId));
  const names = definitions.map(({ name }) => name);
  await tx.delete(mcpTools).where(names.length === 0 ? ofServer : and(ofServer, notInArray(mcpTools.name, names)));
  if (definitions.length === 0) return;
  await tx
    .insert(mcpTools)
    .values(
      definitions.map((definition) => ({
        ...definition,
        workspaceId,
        serverId,
        seenHash: areSeen ? definition.definitionHash : null,
        risk: "critical" as const,
        enabled: true,
      })),
    )
    .onConflictDoUpdate({
      target: [mcpTools.workspaceId, mcpTools.serverId, mcpTools.name],
      set: {
        title: sql`excluded.title`,
        purpose: sql`excluded.purpose`,
        inputSchema: sql`excluded.input_schema`,
        definitionHash: sql`excluded.definition_hash`,
      },
      // What is as it was is nobody's news.
      setWhere: sql`${mcpTools.definitionHash} <> excluded.definition_hash`,
    });
}

/** Keeps whether the last look at a server worked. */
export async function keepLook(tx: Transaction, { workspaceId, id }: Place, problem: string | null): Promise<void> {
  await tx
    .update(mcpServers)
    .set({ problem, lookedAt: new Date().toISOString() })
    .where(and(eq(mcpServers.workspaceId, workspaceId), eq(mcpServers.id, id)));
}
