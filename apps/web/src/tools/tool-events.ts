import type { LoggedEvent } from "@mindmesh/contracts/realtime";
import type { ToolCall } from "@mindmesh/contracts/tools";
import { dismissToast, toast } from "@mindmesh/ui";
import type { QueryClient } from "@tanstack/react-query";
import { workspaceKey } from "../live/live-connection.ts";
import { addressOfTarget } from "./address-of-target.ts";

const toastOf = (call: ToolCall) => `tool-call-${call.id}`;

/**
 * Tells the person of a call that waits for their approval, wherever they are, until it no longer waits.
 * @param open leads to an address of the page
 */
export function handleToolEvent(queryClient: QueryClient, event: LoggedEvent, open: (address: string) => void) {
  const { workspaceId, type, payload } = event;
  if (type === "tools.settings.changed") {
    void queryClient.invalidateQueries({ queryKey: [...workspaceKey(workspaceId), "tools"] });
    void queryClient.invalidateQueries({ queryKey: [...workspaceKey(workspaceId), "mcp-servers"] });
  }
  if (type === "tools.approvals.changed") {
    void queryClient.invalidateQueries({ queryKey: [...workspaceKey(workspaceId), "tool-approvals"] });
  }
  if (type !== "tools.call.changed") return;
  const { call } = payload as { call: ToolCall };
  void queryClient.invalidateQueries({ queryKey: [...workspaceKey(workspaceId), "tool-calls"] });
  if (call.state !== "waiting" || call.personApprovedAt !== null) {
    dismissToast(toastOf(call));
    return;
  }
  const address = addressOfTarget(workspaceId, call.subject);
  // Where its card is on the page already, that is enough.
  if (location.pathname === address) return;
  toast(`“${call.title}” waits for your approval`, {
    id: toastOf(call),
    duration: Infinity,
    action: { label: "Review", onSelect: () => open(address) },
  });
}
