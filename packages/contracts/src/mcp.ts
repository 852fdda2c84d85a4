import { z } from "zod";
import { defineRoute } from "./route.ts";

const mcp = {
  path: "/mcp",
  tag: "MCP",
  audience: "program",
  // Each tool says what it needs.
  scope: "read",
  response: "raw",
} as const;

/** The server as an MCP server (Streamable HTTP): what a key's person may do, as tools. */
export const mcpRoutes = {
  callMcp: defineRoute({
    ...mcp,
    method: "POST",
    summary: "Model Context Protocol: a request or notification as JSON-RPC",
    limit: "model",
    body: z.unknown(),
    bodyLimit: 4 * 1024 * 1024,
  }),
  streamMcp: defineRoute({
    ...mcp,
    method: "GET",
    summary: "Model Context Protocol: there are no sessions to listen to",
  }),
  endMcp: defineRoute({ ...mcp, method: "DELETE", summary: "Model Context Protocol: there are no sessions to end" }),
};
