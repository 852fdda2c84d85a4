import type { ToolCall } from "@mindmesh/contracts/tools";
import type { ShownCall } from "../../tools/tool-call-card.tsx";

export const origins: Record<ToolCall["origin"], string> = {
  page: "From the page",
  chat: "From a conversation",
  api: "With an API key",
  mcp: "From an MCP client",
  agent: "From an agent",
};

/** A call of the record as a card shows it; its result is not kept there. */
export function shownCall(call: ToolCall): ShownCall {
  return {
    ...call,
    input: JSON.stringify(call.arguments),
    output: null,
    cut: [],
    waitsForAdmin: call.state === "waiting" && call.personApprovedAt !== null,
  };
}
