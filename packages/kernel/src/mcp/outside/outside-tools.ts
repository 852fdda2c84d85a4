import { toolName } from "@mindmesh/contracts/tools";
import { and, eq } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Database } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import type { Outbound } from "../../outbound/index.ts";
import { type Notifications, onSettingsChange } from "../../realtime/index.ts";
import type { Secrets } from "../../secrets/index.ts";
import type { Tool, ToolSource } from "../../tools/index.ts";
import { keepDefinitions } from "./look-at-server.ts";
import { addressOf } from "./outside-servers.ts";
import type { OutsideProgram } from "./program.ts";
import { type McpServerRow, type McpToolRow, mcpServers, mcpTools, toolTables } from "./schema.ts";
import { explainVisit, listOutsideTools, visitServer } from "./visit-server.ts";

/** Changes are heard at once; one that is not is known here after so long at most. */
const keepMs = 5_000;
const timeLimitMs = 60_000;

export interface OutsideToolDependencies {
  db: Database;
  secrets: Secrets;
  outbound: Pick<Outbound, "guardedFetch">;
  programs: Record<string, OutsideProgram>;
  notifications: Pick<Notifications, "on">;
}

/** What the server said, as the model is given it. */
const output = z.object({
  text: z.string(),
  structured: z.unknown().optional(),
  /** Images, sounds and links, which are not fetched. */
  other: z.array(z.string()).optional(),
});

/** `mcp.<server>.<tool>`, with what names may not have replaced. Null where nothing is left of it. */
function nameOf(server: McpServerRow, { name }: McpToolRow): string | null {
  const plain = `mcp.${server.name}.${name.replaceAll(/[^\w-]/g, "_")}`;
  return toolName.safeParse(plain).success ? plain : null;
}

/** The tools of outside servers as tools of the registry: those that are enabled and as an admin has seen them. */
export function outsideTools(
  dependencies: OutsideToolDependencies,
): ToolSource & { forget(workspaceId: string): void } {
  const { db } = dependencies;
  const kept = new LRUCache<string, Promise<Tool[]>>({ max: 1000, ttl: keepMs });
  onSettingsChange(dependencies.notifications, toolTables, (workspaceId) => void kept.delete(workspaceId));

  async function read(workspaceId: string): Promise<Tool[]> {
    const rows = await db.withWorkspace({ workspaceId }, (tx) =>
      tx
        .select({ server: mcpServers, tool: mcpTools })
        .from(mcpTools)
        .innerJoin(
          mcpServers,
          and(eq(mcpServers.workspaceId, mcpTools.workspaceId), eq(mcpServers.id, mcpTools.serverId)),
        )
        .where(
          and(
            eq(mcpTools.workspaceId, workspaceId),
            eq(mcpTools.enabled, true),
            eq(mcpTools.seenHash, mcpTools.definitionHash),
          ),
        ),
    );
    return rows.flatMap(({ server, tool }) => {
      const name = nameOf(server, tool);
      return name === null ? [] : [toolOf(name, server, tool)];
    });
  }

  function toolOf(name: string, server: McpServerRow, definition: McpToolRow): Tool {
    const { risk } = definition;
    return {
      name,
      title: `${definition.title} (${server.name})`,
      purpose: definition.purpose,
      // The server that owns the schema checks against it; here it only must be an object.
      input: z.record(z.string(), z.unknown()),
      output,
      inputSchema: definition.inputSchema,
      outputSchema: z.toJSONSchema(output, { unrepresentable: "any" }),
      right: risk === "read" ? null : "content.write",
      scope: risk === "read" ? "read" : "write",
      risk,
      idempotent: false,
      timeLimitMs,
      run: (input: Record<string, unknown>, { signal }) => run(server, definition, input, signal),
    };
  }

  async function run(
    server: McpServerRow,
    definition: McpToolRow,
    input: Record<string, unknown>,
    signal: AbortSignal,
  ) {
    const address = addressOf(server, dependencies);
    const answer = await visitServer(address, signal, async (client, limits) => {
      // A server may change what a tool is after an admin has looked at it: so it is looked at before each call.
      const definitions = await listOutsideTools(client, limits);
      const now = definitions.find(({ name }) => name === definition.name);
      if (now?.definitionHash !== definition.definitionHash) {
        await db.withWorkspace({ workspaceId: server.workspaceId }, (tx) =>
          keepDefinitions(tx, server, definitions, false),
        );
        kept.delete(server.workspaceId);
        throw new AppError("tool_failed", {
          message: `The server ${server.name} has changed this tool. An admin must look at it under Settings, MCP servers.`,
        });
      }
      return client.callTool({ name: definition.name, arguments: input }, { ...limits, timeout: timeLimitMs });
    }).catch((error: unknown) => {
      if (signal.aborted || error instanceof AppError) throw error;
      throw new AppError("tool_failed", { message: explainVisit(error), cause: error });
    });
    const contents = answer.content ?? [];
    const text = contents.flatMap((each) => (each.type === "text" ? [each.text] : [])).join("\n");
    if (answer.isError) throw new AppError("tool_failed", { message: text.slice(0, 2000) || "The tool failed." });
    const other = contents.flatMap((each) => (each.type === "text" ? [] : [each.type]));
    return {
      text,
      ...(answer.structuredContent !== undefined && { structured: answer.structuredContent }),
      ...(other.length > 0 && { other }),
    };
  }

  return {
    tools(workspaceId) {
      const before = kept.get(workspaceId);
      if (before) return before;
      const found = read(workspaceId);
      kept.set(workspaceId, found);
      // A failure is not kept.
      found.catch(() => kept.delete(workspaceId));
      return found;
    },
    forget: (workspaceId) => void kept.delete(workspaceId),
  };
}
