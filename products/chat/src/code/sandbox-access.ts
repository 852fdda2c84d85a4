import type { Sandbox, SandboxDescription } from "@mindmesh/sandbox";
import { AppError } from "@mindmesh/kernel/errors";

/** The sandbox of this server, which tests its walls after the server has started. */
export interface SandboxAccess {
  /** Resolves once the walls are tested. */
  open(): Promise<Sandbox>;
  /** Null while they are being tested. */
  describe(): SandboxDescription | null;
}

/** What a run refuses before it begins, as clients are told it; other errors stay as they are. */
export function asAppError(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "SandboxError") return error;
  const { code, message, fields } = error as Error & Pick<AppError, "code" | "fields">;
  return new AppError(code, { message, cause: error, ...(fields && { fields }) });
}
