import { AppError } from "../../errors/index.ts";

// ENOSPC and EDQUOT: a disk or a quota of the system; the rest: names that S3-compatible servers use (507 by MinIO and others).
const fullCodes = new Set([
  "ENOSPC",
  "EDQUOT",
  "XMinioStorageFull",
  "QuotaExceeded",
  "StorageFull",
  "InsufficientStorage",
]);

/** The error itself, or AppError storage_full (with `cause`) when it says that the disk or the bucket has no room. */
export function asStorageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, name, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } };
  const full = fullCodes.has(code ?? "") || fullCodes.has(name) || $metadata?.httpStatusCode === 507;
  return full ? new AppError("storage_full", { cause: error }) : error;
}
