import { ClientError } from "@mindmesh/client";
import { showError } from "../shell/show-error.ts";
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

/** Stops a call that waits or runs. One that has just ended needs no stopping. */
export async function cancelCall(workspaceId: string, callId: string) {
  try {
    await toolsApi.cancelToolCall({ params: { workspaceId, callId } });
  } catch (error) {
    if (!(error instanceof ClientError) || error.status !== 409) showError(error);
  }
}
