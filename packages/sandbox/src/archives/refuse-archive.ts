import { SandboxError } from "../sandbox-error.ts";

/** What an archive may become. */
export interface ArchiveLimits {
  files: number;
  /** All files together, unpacked. */
  totalBytes: number;
  fileBytes: number;
  /** Unpacked bytes per packed byte; looked at from 10 MiB on, since a small bomb is none. */
  ratio: number;
}

/** `message` is for the person. */
export function refuseArchive(message: string, cause?: unknown): SandboxError {
  return new SandboxError("invalid_fields", { message, fields: { archive: message }, cause });
}
