/**
 * Where on the page something is that a tool call or a notification names: `conversation:<id>`, the calls that wait for
 * an admin, outside MCP servers, otherwise one's own calls.
 */
export function addressOfTarget(workspaceId: string, target: string | null) {
  const [kind, id] = target?.split(":") ?? [];
  if (kind === "conversation") return `/w/${workspaceId}/chat/${id}`;
  const page = { "tool-approvals": "tools", "mcp-servers": "mcp" }[kind ?? ""] ?? "tool-calls";
  return `/w/${workspaceId}/settings/${page}`;
}
