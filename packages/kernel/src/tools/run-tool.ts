import { AppError } from "../errors/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { type CappedOutput, capOutput } from "./cap-output.ts";
import type { Tool } from "./tool.ts";

/** Why a call was stopped, as the reason of its signal. */
export type StopReason = "cancelled" | "stopping";

/**
 * Runs a tool within its time limit and checks what it gives back.
 * @param onBug hears of what the tool should not have done; the caller only gets a sentence
 * @throws AppError tool_timed_out, call_cancelled, tool_failed, or what the tool itself threw as AppError
 */
export async function runTool(
  tool: Tool,
  input: unknown,
  { caller, subject }: { caller: MemberCaller; subject: string | null },
  cancelled: AbortSignal,
  onBug: (error: unknown) => void,
): Promise<CappedOutput> {
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), tool.timeLimitMs);
  const signal = AbortSignal.any([cancelled, timeUp.signal]);
  const { workspaceId, personId: userId, role } = caller;
  try {
    const run = Promise.try(tool.run.bind(tool), input as never, {
      caller,
      workspaceId,
      userId,
      role,
      subject,
      signal,
    });
    const output = await Promise.race([run, aborted(signal)]);
    return checkedOutput(tool, output, onBug);
  } catch (error) {
    if (cancelled.aborted) throw cancelledError(cancelled.reason);
    if (timeUp.signal.aborted) {
      const seconds = (tool.timeLimitMs / 1000).toLocaleString("en");
      throw new AppError("tool_timed_out", {
        message: `${tool.title} took longer than ${seconds} s and was stopped.`,
        cause: error,
      });
    }
    if (error instanceof AppError) throw error;
    onBug(error);
    throw new AppError("tool_failed", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** A tool that does not heed its signal is left behind; what it still does or throws reaches nobody. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
    if (signal.aborted) reject(new Error("aborted"));
  });
}

export function cancelledError(reason: unknown): AppError {
  return reason === ("stopping" satisfies StopReason)
    ? new AppError("unavailable", { message: "The server is being restarted, so the call was stopped." })
    : new AppError("call_cancelled");
}

function checkedOutput(tool: Tool, output: unknown, onBug: (error: unknown) => void): CappedOutput {
  const parsed = tool.output.safeParse(output);
  if (!parsed.success) {
    onBug(new Error(`the tool ${tool.name} gave back what its output schema refuses`, { cause: parsed.error }));
    throw new AppError("tool_failed", {
      message: `${tool.title} gave back something other than it promises. This is a fault of the tool.`,
    });
  }
  const capped = capOutput(parsed.data);
  if (capped === null) {
    throw new AppError("too_large", { message: `The result of ${tool.title} is too large to be given back.` });
  }
  return capped;
}
