import { showError } from "../products/chat/show-error.ts";
import { toolsApi } from "./api.ts";

export type Decision = "approve" | "refuse";

interface Waiting {
  workspaceId: string;
  callId: string;
  /** Names the arguments that the person has seen: others are not approved. */
  argumentsHash: string;
}

/** Approves or refuses a call that waits. What came of it arrives as an event. */
export async function decide({ workspaceId, callId, argumentsHash }: Waiting, decision: Decision) {
  const params = { workspaceId, callId };
  try {
    await (decision === "approve"
      ? toolsApi.approveToolCall({ params, body: { argumentsHash } })
      : toolsApi.refuseToolCall({ params }));
  } catch (error) {
    showError(error);
  }
}
