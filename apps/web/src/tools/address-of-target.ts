/** Where on the page something is that a tool call or a notification names: `conversation:<id>`, otherwise the calls. */
export function addressOfTarget(workspaceId: string, target: string | null) {
  const [kind, id] = target?.split(":") ?? [];
  return kind === "conversation" ? `/w/${workspaceId}/chat/${id}` : `/w/${workspaceId}/settings/tool-calls`;
}
