import type { McpServer, OutsideTool, addMcpServerBody, outsideToolChange } from "@mindmesh/contracts/mcp-servers";
import { and, asc, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { type Actor, audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type MemberCaller, requireRight, tenantOf } from "../../http/index.ts";
import type { Outbound } from "../../outbound/index.ts";
import type { Secrets } from "../../secrets/index.ts";
import { keepDefinitions, keepLook } from "./look-at-server.ts";
import { type OutsideProgram, programOf } from "./program.ts";
import { type McpServerRow, type McpToolRow, mcpServers, mcpTools } from "./schema.ts";
import { type OutsideAddress, explainVisit, listOutsideTools, visitServer } from "./visit-server.ts";

export interface OutsideDependencies {
  db: Database;
  secrets: Secrets;
  outbound: Pick<Outbound, "guardedFetch">;
  /** What the operator allows to be run on this machine, by name. */
  programs: Record<string, OutsideProgram>;
  /** After a change, so that the next call on this server knows it. */
  forget: (workspaceId: string) => void;
}

const mostServers = 20;
const lookTimeLimitMs = 30_000;

const contextOf = ({ workspaceId, id }: Pick<McpServerRow, "workspaceId" | "id">) => `mcp_servers ${workspaceId} ${id}`;

/** Where a stored server is. @throws UndecipherableSecret */
export function addressOf(
  row: McpServerRow,
  { secrets, outbound, programs }: Pick<OutsideDependencies, "secrets" | "outbound" | "programs">,
): OutsideAddress {
  const program = programOf(row.url, programs);
  if (program) return { program };
  const token = row.envelope === null ? null : secrets.decrypt(row.envelope, contextOf(row));
  return { url: row.url, token, fetch: outbound.guardedFetch };
}

function shapeOfTool(row: McpToolRow): OutsideTool {
  const { name, title, purpose, inputSchema, definitionHash, risk, enabled, seenHash } = row;
  const state = seenHash === null ? "new" : seenHash === definitionHash ? "seen" : "changed";
  return { name, title, purpose, inputSchema, definitionHash, risk, enabled, state };
}

const isServer = (caller: MemberCaller, id: string) =>
  and(eq(mcpServers.workspaceId, caller.workspaceId), eq(mcpServers.id, id));

async function readServer(tx: Transaction, caller: MemberCaller, id: string): Promise<McpServerRow> {
  const [row] = await tx.select().from(mcpServers).where(isServer(caller, id)).for("update");
  if (!row) throw new AppError("not_found");
  return row;
}

async function shapeOf(tx: Transaction, row: McpServerRow): Promise<McpServer> {
  const tools = await tx
    .select()
    .from(mcpTools)
    .where(and(eq(mcpTools.workspaceId, row.workspaceId), eq(mcpTools.serverId, row.id)))
    .orderBy(asc(mcpTools.name));
  const { id, name, url, problem, lookedAt } = row;
  return { id, name, url, problem, lookedAt, hasToken: row.envelope !== null, tools: tools.map(shapeOfTool) };
}

/** @throws AppError not_allowed for who may not configure the workspace */
export function listServers({ db }: OutsideDependencies, caller: MemberCaller): Promise<McpServer[]> {
  requireRight(caller, "workspace.configure");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const rows = await tx
      .select()
      .from(mcpServers)
      .where(eq(mcpServers.workspaceId, caller.workspaceId))
      .orderBy(asc(mcpServers.name));
    const shapes: McpServer[] = [];
    for (const row of rows) shapes.push(await shapeOf(tx, row));
    return shapes;
  });
}

const look = (address: OutsideAddress) =>
  visitServer(address, AbortSignal.timeout(lookTimeLimitMs), (client, limits) => listOutsideTools(client, limits));

/**
 * Adds a server after a look at it: all its tools are critical.
 * @throws AppError not_allowed; invalid_fields when it cannot be reached; already_exists; conflict above 20 servers
 */
export async function addServer(
  dependencies: OutsideDependencies,
  caller: MemberCaller,
  actor: Actor,
  { name, url, token }: z.output<typeof addMcpServerBody>,
): Promise<McpServer> {
  requireRight(caller, "workspace.configure");
  const { db, secrets, outbound, programs, forget } = dependencies;
  const { workspaceId } = caller;
  const program = programOf(url, programs);
  if (program && token !== undefined) {
    throw new AppError("invalid_fields", { fields: { token: "A program on this server takes no token." } });
  }
  const address = program ? { program } : { url, token: token ?? null, fetch: outbound.guardedFetch };
  const definitions = await look(address).catch((error: unknown) => {
    const message = explainVisit(error);
    throw new AppError("invalid_fields", { message, fields: { url: message }, cause: error });
  });
  const added = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const others = await tx
      .select({ name: mcpServers.name })
      .from(mcpServers)
      .where(eq(mcpServers.workspaceId, workspaceId));
    if (others.some((other) => other.name === name)) {
      const message = "Another server has this name already.";
      throw new AppError("already_exists", { message, fields: { name: message } });
    }
    if (others.length >= mostServers) {
      throw new AppError("conflict", { message: `There are ${mostServers} servers. Delete one that is not used.` });
    }
    const id = uuidv7();
    const now = new Date().toISOString();
    const envelope = token === undefined ? null : secrets.encrypt(token, contextOf({ workspaceId, id }));
    const row = { workspaceId, id, name, url, envelope, problem: null, lookedAt: now, createdAt: now };
    await tx.insert(mcpServers).values(row);
    await keepDefinitions(tx, row, definitions, true);
    await audit(tx, actor, {
      workspaceId,
      action: "mcp_server.added",
      target: { kind: "mcp_server", id },
      details: { name, url, tools: definitions.length },
    });
    return shapeOf(tx, row);
  });
  forget(workspaceId);
  return added;
}

/** Asks a server for its tools again; what is new or has changed waits for an admin. @throws AppError not_found */
export async function lookAtServer(
  dependencies: OutsideDependencies,
  caller: MemberCaller,
  id: string,
): Promise<McpServer> {
  requireRight(caller, "workspace.configure");
  const { db, forget } = dependencies;
  const row = await db.withWorkspace(tenantOf(caller), (tx) => readServer(tx, caller, id));
  // Also what the operator no longer allows is a problem to show, not a failure.
  const found = await Promise.try(() => look(addressOf(row, dependencies))).then(
    (definitions) => ({ definitions, problem: null }),
    (error: unknown) => ({ definitions: null, problem: explainVisit(error) }),
  );
  const looked = await db.withWorkspace(tenantOf(caller), async (tx) => {
    await readServer(tx, caller, id);
    await keepLook(tx, row, found.problem);
    if (found.definitions) await keepDefinitions(tx, row, found.definitions, false);
    return shapeOf(tx, await readServer(tx, caller, id));
  });
  forget(caller.workspaceId);
  return looked;
}

/** @throws AppError not_found */
export async function deleteServer(
  { db, forget }: OutsideDependencies,
  caller: MemberCaller,
  actor: Actor,
  id: string,
): Promise<void> {
  requireRight(caller, "workspace.configure");
  await db.withWorkspace(tenantOf(caller), async (tx) => {
    const { name, url } = await readServer(tx, caller, id);
    await tx.delete(mcpServers).where(isServer(caller, id));
    await audit(tx, actor, {
      workspaceId: caller.workspaceId,
      action: "mcp_server.deleted",
      target: { kind: "mcp_server", id },
      details: { name, url },
    });
  });
  forget(caller.workspaceId);
}

/**
 * Sets what a tool may do, for exactly the definition that the admin has seen.
 * @throws AppError not_found; conflict when the definition is another one by now
 */
export async function changeTool(
  { db, forget }: OutsideDependencies,
  caller: MemberCaller,
  actor: Actor,
  place: { serverId: string; tool: string },
  { risk, enabled, definitionHash }: z.output<typeof outsideToolChange>,
): Promise<McpServer> {
  requireRight(caller, "workspace.configure");
  const changed = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await readServer(tx, caller, place.serverId);
    const isTool = and(
      eq(mcpTools.workspaceId, caller.workspaceId),
      eq(mcpTools.serverId, row.id),
      eq(mcpTools.name, place.tool),
    );
    const [tool] = await tx.select().from(mcpTools).where(isTool).for("update");
    if (!tool) throw new AppError("not_found");
    if (tool.definitionHash !== definitionHash) {
      throw new AppError("conflict", { message: "The tool has changed in the meantime. Look at it again." });
    }
    await tx.update(mcpTools).set({ risk, enabled, seenHash: definitionHash }).where(isTool);
    await audit(tx, actor, {
      workspaceId: caller.workspaceId,
      action: "mcp_tool.changed",
      target: { kind: "mcp_server", id: row.id },
      details: { tool: tool.name, risk, enabled, before: { risk: tool.risk, enabled: tool.enabled } },
    });
    return shapeOf(tx, row);
  });
  forget(caller.workspaceId);
  return changed;
}

/** Encrypts tokens again that an older SECRET_KEY encrypted. @throws UndecipherableSecret when that key is missing */
export async function reencryptMcpTokens(db: Database, secrets: Secrets): Promise<number> {
  let count = 0;
  await db.system(async (tx) => {
    for (const row of await tx.select().from(mcpServers).for("update")) {
      if (row.envelope === null || !secrets.isOutdated(row.envelope)) continue;
      const token = secrets.decrypt(row.envelope, contextOf(row));
      count += 1;
      await tx
        .update(mcpServers)
        .set({ envelope: secrets.encrypt(token, contextOf(row)) })
        .where(and(eq(mcpServers.workspaceId, row.workspaceId), eq(mcpServers.id, row.id)));
    }
  });
  return count;
}
