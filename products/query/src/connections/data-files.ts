import type { Readable } from "node:stream";
import { type ConnectionPlace, type DataFile, maxDataFileBytes } from "@mindmesh/contracts/query/connections";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import {
  type BlobStore,
  blobKey,
  defaultUploadLimits,
  discardFile,
  giveToWorkspace,
  uploadFile,
} from "@mindmesh/kernel/storage";
import { and, eq, inArray, lt } from "drizzle-orm";
import { looseFiles } from "./schema.ts";

const sniffedBytes = 16;

/**
 * Stores a data file until a connection takes it. What it is, is told by its content, not by its name.
 * @throws AppError not_allowed, unsupported_type, too_large, workspace_full, storage_full
 */
export async function uploadDataFile(
  { db, blobs }: { db: Database; blobs: BlobStore },
  caller: MemberCaller,
  upload: { name: string; announcedBytes: number | null; content: Readable },
): Promise<DataFile> {
  requireRight(caller, "query.manage");
  const limits = { ...defaultUploadLimits, maxFileBytes: maxDataFileBytes };
  // Its rows are read by the engine: no text, no thumbnail.
  const enqueueProcessing = () => Promise.resolve();
  const stored = await uploadFile({ db, blobs, limits, enqueueProcessing }, caller, { ...upload, internal: true });
  const { workspaceId } = caller;
  const { id: fileId, name, bytes } = stored;
  const format = bytes === 0 ? null : await formatOf(blobs, { workspaceId, id: fileId, mediaType: stored.mediaType });
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    if (format === null) {
      await discardFile(tx, { workspaceId, id: fileId });
      throw new AppError("unsupported_type", {
        message:
          bytes === 0
            ? `${name} is empty.`
            : `${name} is none of these: SQLite, DuckDB, CSV (as text), Parquet, XLSX. Save it as one of them.`,
      });
    }
    const isDatabase = format === "sqlite" || format === "duckdb";
    const content: DataFile = { fileId, name, format, bytes, table: isDatabase ? null : tableNameOf(name) };
    await tx.insert(looseFiles).values({ workspaceId, fileId, personId: caller.personId, content });
    return content;
  });
}

async function formatOf(
  blobs: BlobStore,
  file: { workspaceId: string; id: string; mediaType: string },
): Promise<DataFile["format"] | null> {
  const parts: Buffer[] = [];
  for await (const part of await blobs.get(blobKey(file), { start: 0, end: sniffedBytes - 1 }))
    parts.push(part as Buffer);
  const head = Buffer.concat(parts).toString("latin1");
  // https://www.sqlite.org/fileformat.html, 1.3; DuckDB writes its name after a checksum of 8 bytes; Parquet begins with PAR1.
  if (head.startsWith("SQLite format 3\u0000")) return "sqlite";
  if (head.slice(8, 12) === "DUCK") return "duckdb";
  if (head.startsWith("PAR1")) return "parquet";
  if (file.mediaType === "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet") return "xlsx";
  return file.mediaType.startsWith("text/") && file.mediaType !== "text/html" ? "csv" : null;
}

/** What a file's table is called unless a person says otherwise: its name without the ending, in characters that need no quotes. */
export function tableNameOf(fileName: string): string {
  const name = fileName
    .replace(/\.[^.]*$/, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "")
    .slice(0, 60);
  return name === "" ? "data" : /^\p{N}/u.test(name) ? `t_${name}` : name;
}

/**
 * Takes uploaded files into a connection, which owns them from now on; those of `before` that are not named any more go.
 * @throws AppError invalid_fields for a file that was not uploaded by the caller for this, or does not fit the others
 */
export async function takeFiles(
  tx: Transaction,
  caller: MemberCaller,
  engine: EngineKind,
  chosen: ConnectionPlace["files"],
  before: readonly DataFile[],
): Promise<DataFile[]> {
  const { workspaceId } = caller;
  const found = await findFiles(tx, caller, chosen, before);
  checkFiles(engine, found);
  const isKept = (file: DataFile, among: readonly DataFile[]) => among.some(({ fileId }) => fileId === file.fileId);
  const added = found.filter((file) => !isKept(file, before));
  for (const { fileId } of added) await giveToWorkspace(tx, { workspaceId, id: fileId });
  if (added.length > 0) await tx.delete(looseFiles).where(looseAmong(workspaceId, added));
  for (const file of before) {
    if (!isKept(file, found)) await discardFile(tx, { workspaceId, id: file.fileId });
  }
  return found;
}

const looseAmong = (workspaceId: string, among: readonly { fileId: string }[]) =>
  and(
    eq(looseFiles.workspaceId, workspaceId),
    inArray(
      looseFiles.fileId,
      among.map(({ fileId }) => fileId),
    ),
  );

/** The files as they are stored, each with the table that the person chose. @throws AppError invalid_fields */
export async function findFiles(
  tx: Transaction,
  caller: MemberCaller,
  chosen: ConnectionPlace["files"],
  before: readonly DataFile[],
): Promise<DataFile[]> {
  if (chosen.length === 0) return [];
  const loose = await tx
    .select({ content: looseFiles.content })
    .from(looseFiles)
    .where(and(looseAmong(caller.workspaceId, chosen), eq(looseFiles.personId, caller.personId)));
  const known = new Map([...before, ...loose.map(({ content }) => content)].map((file) => [file.fileId, file]));
  return chosen.map(({ fileId, table }, index) => {
    const file = known.get(fileId);
    if (!file) {
      throw new AppError("invalid_fields", { fields: { [`files.${index}`]: "Is gone. Upload it again." } });
    }
    return { ...file, table: file.table === null ? null : (table ?? file.table) };
  });
}

/** @throws AppError invalid_fields when the files cannot stand beside each other in one connection of the engine */
export function checkFiles(engine: EngineKind, files: readonly DataFile[]): void {
  const fields: Record<string, string> = {};
  const tables = new Set<string>();
  for (const [index, file] of files.entries()) {
    if ((file.format === "sqlite") !== (engine === "sqlite")) {
      fields[`files.${index}`] =
        engine === "sqlite" ? "Is not a SQLite file." : "A SQLite file needs a connection of its own.";
    } else if (file.format === "duckdb" && files.length > 1) {
      fields[`files.${index}`] = "A DuckDB file needs a connection of its own.";
    }
    if (file.table === null) continue;
    const name = file.table.toLowerCase();
    if (tables.has(name)) fields[`files.${index}.table`] = `Two files would be the table ${file.table}.`;
    tables.add(name);
  }
  if (Object.keys(fields).length > 0) throw new AppError("invalid_fields", { fields });
}

const looseFor = 24 * 3_600_000;

/** Removes uploads that no connection has taken within a day. @returns how many */
export async function sweepLooseFiles(db: Database, now = new Date()): Promise<number> {
  return db.system(async (tx) => {
    const gone = await tx
      .delete(looseFiles)
      .where(lt(looseFiles.createdAt, new Date(now.getTime() - looseFor).toISOString()))
      .returning({ workspaceId: looseFiles.workspaceId, id: looseFiles.fileId });
    for (const file of gone) await discardFile(tx, file);
    return gone.length;
  });
}
