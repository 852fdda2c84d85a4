import { and, eq, isNull, sql } from "drizzle-orm";
import { defaultMaxFileBytes } from "@mindmesh/contracts/files";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { files } from "./schema.ts";
import { sizeInWords } from "./stored-file.ts";

export type UploadLimits = { maxFileBytes: number; workspaceBytes: number; idleMilliseconds: number };

export const defaultUploadLimits: UploadLimits = {
  maxFileBytes: defaultMaxFileBytes,
  workspaceBytes: 20 * 2 ** 30,
  /** An upload that sends nothing for so long is given up. */
  idleMilliseconds: 60_000,
};

/** Bytes of all files of the workspace, those that are being uploaded included. */
export async function usedBytes(tx: Transaction, workspaceId: string): Promise<number> {
  const [row] = await tx
    .select({ bytes: sql<string>`coalesce(sum(${files.bytes}), 0)` })
    .from(files)
    .where(and(eq(files.workspaceId, workspaceId), isNull(files.deletedAt)));
  return Number(row?.bytes ?? 0);
}

/**
 * Room left in the workspace. Until the transaction ends no other upload can be told the same: they wait for the lock.
 */
export async function roomLeft(tx: Transaction, workspaceId: string, limits: UploadLimits): Promise<number> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${`files/${workspaceId}`}, 0))`);
  return limits.workspaceBytes - (await usedBytes(tx, workspaceId));
}

export function fileTooLarge(limits: UploadLimits): AppError {
  return new AppError("too_large", {
    message: `The file is too large: at most ${sizeInWords(limits.maxFileBytes)} are taken.`,
  });
}
