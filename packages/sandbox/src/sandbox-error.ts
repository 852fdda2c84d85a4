import { type ErrorCode, errorTable } from "@mindmesh/contracts/errors";

export interface SandboxErrorDetails {
  /** Replaces the table's message; tells what to do and holds no secret. */
  message?: string;
  /** Field path to message, for `invalid_fields`. */
  fields?: Record<string, string>;
  cause?: unknown;
}

/**
 * What is thrown before a run begins. It carries the code, message and fields of the kernel's `AppError`, which this
 * package may not import; who composes it turns one into the other.
 */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: ErrorCode;
  readonly fields: Record<string, string> | undefined;

  constructor(code: ErrorCode, details: SandboxErrorDetails = {}) {
    super(details.message ?? errorTable[code].message, { cause: details.cause });
    this.code = code;
    this.fields = details.fields;
  }
}
