import { and, eq, inArray } from "drizzle-orm";
import type { Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { MemberCaller } from "../http/index.ts";
import { files } from "./schema.ts";
import type { FileRow } from "./schema.ts";
import { wholeIn } from "./whole-files.ts";

/**
 * A product's word on whether somebody other than the owner may read a file, because it is part of something they may
 * see (a shared conversation). Asked anew each time, so that what is no longer shared is no longer readable.
 */
export type FileGrant = (tx: Transaction, caller: MemberCaller, fileId: string) => Promise<boolean>;

/** A file that is whole and not deleted, whoever asks; null when there is none. For products that check rights themselves. */
export async function findFile(tx: Transaction, file: { workspaceId: string; id: string }): Promise<FileRow | null> {
  const found = await tx
    .select()
    .from(files)
    .where(and(wholeIn(file.workspaceId), eq(files.id, file.id)));
  return found[0] ?? null;
}

/** The files of the list that are whole and not deleted, by id, whoever asks. For products that check rights themselves. */
export async function findFiles(
  tx: Transaction,
  ask: { workspaceId: string; ids: string[] },
): Promise<Map<string, FileRow>> {
  if (ask.ids.length === 0) return new Map();
  const found = await tx
    .select()
    .from(files)
    .where(and(wholeIn(ask.workspaceId), inArray(files.id, ask.ids)));
  return new Map(found.map((row) => [row.id, row]));
}

/** The file, if it is the caller's own or one of the grants allows it. @throws AppError not_found otherwise */
export async function readableFile(
  tx: Transaction,
  caller: MemberCaller,
  fileId: string,
  grants: readonly FileGrant[],
): Promise<FileRow> {
  const file = await findFile(tx, { workspaceId: caller.workspaceId, id: fileId });
  if (file === null) throw new AppError("not_found");
  if (file.ownerId === caller.personId) return file;
  for (const grant of grants) {
    if (await grant(tx, caller, fileId)) return file;
  }
  throw new AppError("not_found");
}
