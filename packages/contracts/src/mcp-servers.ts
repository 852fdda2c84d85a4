import { z } from "zod";
import { id, moment, prose, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";
import { toolRisks } from "./tools.ts";

/** A tool of an outside MCP server, as an admin sees it. */
export const outsideTool = z.object({
  /** As the server calls it. */
  name: z.string(),
  title: z.string(),
  purpose: z.string(),
  inputSchema: z.record(z.string(), z.unknown()),
  /** Names the definition that is shown; whoever changes the tool says which one they have seen. */
  definitionHash: z.string(),
  /** `new` and `changed` ones are not offered until an admin has looked at them. */
  state: z.enum(["seen", "new", "changed"]),
  risk: z.enum(toolRisks),
  enabled: z.boolean(),
});
export type OutsideTool = z.infer<typeof outsideTool>;

export const mcpServer = z.object({
  id,
  name: z.string(),
  url: z.string(),
  hasToken: z.boolean(),
  /** Why it could not be reached when it was last looked at; null when it could. */
  problem: z.string().nullable(),
  lookedAt: moment,
  tools: z.array(outsideTool),
});
export type McpServer = z.infer<typeof mcpServer>;

export const addMcpServerBody = z.object({
  name: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, "Must be a word of letters, digits and dashes that begins with a letter."),
  /** Of the endpoint; or `stdio:` and the name of a program that the operator of this server allows. */
  url: prose(2000).refine(
    (address) => /^stdio:[a-z][a-z0-9-]{0,30}$/.test(address) || /^https?:$/.test(URL.parse(address)?.protocol ?? ""),
    "Must be an address that begins with https://.",
  ),
  token: z.string().trim().min(1).max(4000).optional(),
});

export const outsideToolChange = z.object({
  risk: z.enum(toolRisks),
  enabled: z.boolean(),
  /** Of the definition that the admin has seen. */
  definitionHash: z.string().max(100),
});

const route = {
  tag: "MCP servers",
  audience: "member",
  scope: "admin",
} as const;
const base = "/api/workspaces/:workspaceId/mcp-servers" as const;
const serverParams = workspaceParams.extend({ serverId: id });

export const mcpServerRoutes = {
  listMcpServers: defineRoute({
    ...route,
    method: "GET",
    path: base,
    summary: "The outside MCP servers of the workspace and their tools. For owners and admins",
    params: workspaceParams,
    response: z.object({ items: z.array(mcpServer) }),
  }),
  addMcpServer: defineRoute({
    ...route,
    method: "POST",
    path: base,
    summary: "Add an outside MCP server after a look at it; its tools are critical until an admin says otherwise",
    params: workspaceParams,
    body: addMcpServerBody,
    response: mcpServer,
    status: 201,
  }),
  lookAtMcpServer: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/:serverId/look`,
    summary: "Ask a server for its tools again",
    params: serverParams,
    response: mcpServer,
  }),
  deleteMcpServer: defineRoute({
    ...route,
    method: "DELETE",
    path: `${base}/:serverId`,
    summary: "Forget an outside MCP server and its tools",
    params: serverParams,
    response: "none",
  }),
  changeOutsideTool: defineRoute({
    ...route,
    method: "PUT",
    path: `${base}/:serverId/tools/:tool`,
    summary: "Set the risk of a tool and whether it is offered, for the definition that was seen",
    params: serverParams.extend({ tool: z.string().min(1).max(128) }),
    body: outsideToolChange,
    response: mcpServer,
  }),
};
