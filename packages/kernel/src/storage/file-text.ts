import type { FileText } from "@mindmesh/contracts/files";
import { and, eq } from "drizzle-orm";
import type { Transaction } from "../db/index.ts";
import { fileTexts } from "./schema.ts";
import type { FileRow } from "./schema.ts";
import { findFile } from "./readable-file.ts";
import { processFile } from "./process-file.ts";
import type { ProcessDependencies } from "./process-file.ts";
import { toStoredFile } from "./stored-file.ts";

/** The text that was read from a file; "" when there is none. */
export async function readFileText(tx: Transaction, file: Pick<FileRow, "workspaceId" | "id">): Promise<string> {
  const [row] = await tx
    .select({ content: fileTexts.content })
    .from(fileTexts)
    .where(and(eq(fileTexts.workspaceId, file.workspaceId), eq(fileTexts.fileId, file.id)));
  return row?.content ?? "";
}

/**
 * A file's text for a model, read at once when that is still to be done (it was sent right after the upload). Checks no
 * rights. @returns null when the file does not exist
 */
export async function fileTextForModel(
  dependencies: ProcessDependencies,
  file: { workspaceId: string; id: string },
): Promise<{ name: string; mediaType: string; text: string; details: FileText } | null> {
  const { db } = dependencies;
  const row = await db.withWorkspace(file, (tx) => findFile(tx, file));
  if (row === null) return null;
  if (row.processedAt === null) await processFile(dependencies, file);
  return db.withWorkspace(file, async (tx) => {
    const current = await findFile(tx, file);
    if (current === null) return null;
    const { name, mediaType, text: details } = toStoredFile(current);
    return { name, mediaType, details, text: await readFileText(tx, current) };
  });
}
