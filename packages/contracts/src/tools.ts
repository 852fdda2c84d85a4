import { z } from "zod";
import { id, moment, page, pageQuery, workspaceParams } from "./fields.ts";
import { role } from "./permissions.ts";
import { defineRoute } from "./route.ts";

/** `read` changes nothing; `write` changes what can be changed back; `critical` waits for a person's approval. */
export const toolRisks = ["read", "write", "critical"] as const;
const toolRisk = z.enum(toolRisks);
export type ToolRisk = z.infer<typeof toolRisk>;

/** Who asked for a call: the page, a model in Chat, a program with an API key, an MCP client, an agent. */
export const toolOrigins = ["page", "chat", "api", "mcp", "agent"] as const;
const toolOrigin = z.enum(toolOrigins);
export type ToolOrigin = z.infer<typeof toolOrigin>;

/** `product.action`; segments of letters, digits, `_` and `-`. */
export const toolName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/, "Is not the name of a tool.");

const jsonSchema = z.record(z.string(), z.unknown());

export const toolDescription = z.object({
  name: z.string(),
  title: z.string(),
  /** What it does and when to use it, for people and models. */
  purpose: z.string(),
  inputSchema: jsonSchema,
  outputSchema: jsonSchema,
  risk: toolRisk,
  /** Calling it twice with the same arguments does no more than calling it once. */
  idempotent: z.boolean(),
  /** What an API key needs for it. */
  scope: z.enum(["read", "write", "admin"]),
  timeLimitMs: z.number().int(),
  /** Whose role may call it. */
  roles: z.array(role),
  /** Whether it can be called here, or an admin has switched it off. */
  enabled: z.boolean(),
});
export type ToolDescription = z.infer<typeof toolDescription>;

/**
 * `waiting` for approval, `approved` and not begun, `running`, and then one of the ends. `lost`: the server died while
 * it ran, so it may or may not have been done.
 */
export const toolCallStates = [
  "waiting",
  "approved",
  "running",
  "done",
  "failed",
  "refused",
  "expired",
  "cancelled",
  "lost",
] as const;
export const toolCallState = z.enum(toolCallStates);
export type ToolCallState = z.infer<typeof toolCallState>;

export const toolCall = z.object({
  id,
  /** In whose name it runs. */
  personId: id,
  tool: z.string(),
  title: z.string(),
  risk: toolRisk,
  origin: toolOrigin,
  /** What it belongs to, such as `conversation:<id>`. */
  subject: z.string().nullable(),
  /** Exactly what it runs with. */
  arguments: z.unknown(),
  /** Names tool, person and arguments; an approval must name the same. */
  argumentsHash: z.string(),
  state: toolCallState,
  /** Why it failed or did not run, in plain words. */
  error: z.string().nullable(),
  /** Size of the result as JSON, before it was cut. */
  resultBytes: z.number().int().nullable(),
  resultCut: z.boolean(),
  /** Whether an admin must approve it too, once the person has. */
  needsAdmin: z.boolean(),
  /** When the person approved it; from then on admins see a call that needs them. */
  personApprovedAt: moment.nullable(),
  /** An approval after this moment comes too late. */
  expiresAt: moment.nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  durationMs: z.number().int().nullable(),
});
export type ToolCall = z.infer<typeof toolCall>;

/** A call that waits for an admin, with whose it is. */
export const toolApproval = z.object({ call: toolCall, person: z.object({ id, name: z.string() }) });
export type ToolApproval = z.infer<typeof toolApproval>;

/** What everybody's record says to admins: neither arguments nor results, which are the person's own. */
export const recordedToolCall = toolCall
  .pick({ id: true, tool: true, title: true, risk: true, origin: true, state: true, createdAt: true, durationMs: true })
  .extend({ person: z.object({ id, name: z.string() }) });
export type RecordedToolCall = z.infer<typeof recordedToolCall>;

/** How far an answer goes by itself before a person is asked. */
export const toolLimits = z.object({
  /** Rounds of tool calls in a row. */
  steps: z.int().min(1, "At least 1.").max(64, "At most 64."),
  /** Calls that a model may ask for in one round. */
  callsInStep: z.int().min(1, "At least 1.").max(64, "At most 64."),
  /** US dollars for one answer. Models whose price is unknown are not counted. */
  costUsd: z.number().min(0.01, "At least $0.01.").max(100, "At most $100."),
});
export type ToolLimits = z.infer<typeof toolLimits>;

export const usualToolLimits: ToolLimits = { steps: 16, callsInStep: 16, costUsd: 1 };

/** What an admin decides about tools. */
export const toolSettings = z.object({
  /** Who approves critical calls: the person in whose name they run, or an admin after that person. */
  criticalApproval: z.enum(["person", "admin"]),
  limits: toolLimits,
});
export type ToolSettings = z.infer<typeof toolSettings>;

export const toolCallParams = workspaceParams.extend({ callId: id });

const base = "/api/workspaces/:workspaceId" as const;
const route = { tag: "tools", audience: "member" } as const;

export const toolRoutes = {
  listTools: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/tools`,
    summary: "The tools that the caller may use; with `all=true`, for admins, also those that are switched off",
    scope: "read",
    params: workspaceParams,
    query: z.object({ all: z.enum(["true", "false"]).default("false") }),
    response: z.object({ items: z.array(toolDescription) }),
  }),
  callTool: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/tools/:name/calls`,
    summary:
      "Call a tool. A critical one answers with a call that waits; once it is approved, call again with its id as `approvalId` and the same input",
    // The tool itself says what it needs.
    scope: "read",
    params: workspaceParams.extend({ name: toolName }),
    body: z.object({
      input: z.record(z.string(), z.unknown()).default({}),
      approvalId: id.optional(),
    }),
    response: z.object({
      call: toolCall,
      /** The result when the call is `done`; otherwise null. */
      output: z.unknown(),
      /** What was cut from the result to make it fit, in words. */
      cut: z.array(z.string()),
    }),
  }),
  switchTool: defineRoute({
    ...route,
    method: "PUT",
    path: `${base}/tools/:name/switch`,
    summary: "Switch a tool on or off for everybody in the workspace (owners and admins)",
    scope: "admin",
    params: workspaceParams.extend({ name: toolName }),
    body: z.object({ enabled: z.boolean() }),
    response: "none",
  }),
  readToolSettings: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/tool-settings`,
    summary: "Who approves critical calls, and how far an answer goes by itself",
    scope: "read",
    params: workspaceParams,
    response: toolSettings,
  }),
  changeToolSettings: defineRoute({
    ...route,
    method: "PUT",
    path: `${base}/tool-settings`,
    summary: "Change who approves critical calls and how far an answer goes by itself (owners and admins)",
    scope: "admin",
    params: workspaceParams,
    body: toolSettings,
    response: toolSettings,
  }),
  listToolApprovals: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/tool-approvals`,
    summary: "Calls that wait for an admin, oldest first (owners and admins)",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(toolApproval) }),
  }),
  listWorkspaceToolCalls: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/workspace-tool-calls`,
    summary: "Everybody's tool calls without their arguments, newest first (owners and admins)",
    scope: "read",
    params: workspaceParams,
    query: pageQuery,
    response: page(recordedToolCall),
  }),
  listToolCalls: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/tool-calls`,
    summary: "The caller's tool calls, newest first",
    scope: "read",
    params: workspaceParams,
    query: pageQuery.extend({ state: toolCallState.optional() }),
    response: page(toolCall),
  }),
  getToolCall: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/tool-calls/:callId`,
    summary: "One of the caller's tool calls",
    scope: "read",
    params: toolCallParams,
    response: toolCall,
  }),
  approveToolCall: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/tool-calls/:callId/approve`,
    summary:
      "Let a waiting call run with exactly these arguments: one's own, or as an admin one that waits for an admin; the key that asked cannot approve its own calls",
    scope: "admin",
    params: toolCallParams,
    body: z.object({ argumentsHash: z.string().max(100) }),
    response: toolCall,
  }),
  refuseToolCall: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/tool-calls/:callId/refuse`,
    summary: "Refuse a waiting call; it will not run",
    scope: "write",
    params: toolCallParams,
    response: toolCall,
  }),
  cancelToolCall: defineRoute({
    ...route,
    method: "POST",
    path: `${base}/tool-calls/:callId/cancel`,
    summary: "Stop a call that waits or runs",
    scope: "write",
    params: toolCallParams,
    response: toolCall,
  }),
};

/** Logged events. */
export const toolEvents = {
  /** A call of a critical tool waits, was decided, or has ended; seen by the person in whose name it runs. */
  "tools.call.changed": z.object({ call: toolCall }),
  /** The calls that wait for an admin have changed: admins ask for them again. */
  "tools.approvals.changed": z.object({}),
  /** Tools were switched on or off, or their settings changed. */
  "tools.settings.changed": z.object({}),
} as const;
