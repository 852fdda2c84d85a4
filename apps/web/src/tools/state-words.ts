import type { ToolCall } from "@mindmesh/contracts/tools";

/** How a call stands, in a word or two. */
export const stateWords: Record<ToolCall["state"], string> = {
  waiting: "Waiting for approval",
  approved: "Approved",
  running: "Running",
  done: "Done",
  failed: "Failed",
  refused: "Refused",
  expired: "Expired",
  cancelled: "Cancelled",
  lost: "Lost",
};
