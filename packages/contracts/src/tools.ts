import { z } from "zod";
import { id, moment, page, pageQuery, workspaceParams } from "./fields.ts";
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
  /** An approval after this moment comes too late. */
  expiresAt: moment.nullable(),
  createdAt: moment,
  startedAt: moment.nullable(),
  finishedAt: moment.nullable(),
  durationMs: z.number().int().nullable(),
});
export type ToolCall = z.infer<typeof toolCall>;

export const toolCallParams = workspaceParams.extend({ callId: id });

const base = "/api/workspaces/:workspaceId" as const;
const route = { tag: "tools", audience: "member" } as const;

export const toolRoutes = {
  listTools: defineRoute({
    ...route,
    method: "GET",
    path: `${base}/tools`,
    summary: "The tools that the caller may use",
    scope: "read",
    params: workspaceParams,
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
    summary: "Let a waiting call run with exactly these arguments; the key that asked cannot approve its own calls",
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

/** Logged events, seen by the person in whose name the call runs. */
export const toolEvents = {
  /** A call of a critical tool waits, was decided, or has ended. */
  "tools.call.changed": z.object({ call: toolCall }),
} as const;
