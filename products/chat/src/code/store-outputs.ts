import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import {
  type BlobStore,
  type UploadDependencies,
  defaultUploadLimits,
  findFiles,
  prepareUpload,
} from "@mindmesh/kernel/storage";
import { and, desc, eq } from "drizzle-orm";
import type { RunPlace } from "./run-place.ts";
import { openInside } from "./safe-folder.ts";
import { outputFiles } from "./schema.ts";

export interface OutputDependencies {
  db: Database;
  blobs: BlobStore;
  enqueueProcessing: UploadDependencies["enqueueProcessing"];
}

/** Files of one run that become versions; more stay in the working directory. */
const mostFiles = 100;

/**
 * Keeps what a run made below `/data/out` as files of the conversation: a changed file becomes the next version of its
 * path, one that is as it was before is left out.
 * @param directory the working directory; `paths` are below its `out`
 * @returns what was stored by path below the working directory, and what could not be, in words
 */
export async function storeOutputs(
  { db, blobs, enqueueProcessing }: OutputDependencies,
  caller: MemberCaller,
  run: RunPlace & { id: string },
  directory: string,
  paths: string[],
): Promise<{ stored: Map<string, { fileId: string; sha256: Buffer }>; changed: string[]; notes: string[] }> {
  const stored = new Map<string, { fileId: string; sha256: Buffer }>();
  const notes: string[] = [];
  const changed: string[] = [];
  const unique = [...new Set(paths)].toSorted();
  if (unique.length > mostFiles) {
    notes.push(`The first ${mostFiles} of ${unique.length} files in /data/out were kept as files of the conversation.`);
  }
  const dependencies = { db, blobs, limits: defaultUploadLimits, enqueueProcessing };
  for (const path of unique.slice(0, mostFiles)) {
    try {
      const handle = await openInside(directory, `out/${path}`);
      try {
        const sha256 = createHash("sha256");
        for await (const chunk of handle.createReadStream({ autoClose: false, start: 0 })) {
          sha256.update(chunk as Buffer);
        }
        const digest = sha256.digest();
        const last = await db.withWorkspace(run, (tx) => lastVersion(tx, run, path));
        if (last?.sha256?.equals(digest)) {
          stored.set(`out/${path}`, { fileId: last.fileId, sha256: digest });
          continue;
        }
        const { size } = await handle.stat();
        const content = Readable.from(handle.createReadStream({ autoClose: false, start: 0 }), { objectMode: false });
        const name = path.split("/").at(-1) ?? "file";
        const file = await prepareUpload(dependencies, caller, { name, announcedBytes: size, content });
        try {
          await db.withWorkspace(tenantOf(caller), async (tx) => {
            await file.confirm(tx);
            await insertVersion(tx, run, path, file.id);
          });
        } catch (error) {
          await file.discard();
          throw error;
        }
        stored.set(`out/${path}`, { fileId: file.id, sha256: file.sha256 });
        changed.push(path);
      } finally {
        await handle.close();
      }
    } catch (error) {
      notes.push(`${path} could not be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { stored, changed, notes };
}

async function lastVersion(tx: Transaction, { workspaceId, conversationId }: RunPlace, path: string) {
  const [row] = await tx
    .select()
    .from(outputFiles)
    .where(
      and(
        eq(outputFiles.workspaceId, workspaceId),
        eq(outputFiles.conversationId, conversationId),
        eq(outputFiles.path, path),
      ),
    )
    .orderBy(desc(outputFiles.version))
    .limit(1);
  if (!row) return null;
  const file = (await findFiles(tx, { workspaceId, ids: [row.fileId] })).get(row.fileId);
  return { ...row, sha256: file?.sha256 ?? null };
}

async function insertVersion(
  tx: Transaction,
  { workspaceId, conversationId, personId, id: runId }: RunPlace & { id: string },
  path: string,
  fileId: string,
): Promise<void> {
  const row = { workspaceId, conversationId, path, runId, personId, fileId, createdAt: new Date().toISOString() };
  for (let attempt = 0; ; attempt += 1) {
    const version = ((await lastVersion(tx, { workspaceId, conversationId, personId }, path))?.version ?? 0) + 1;
    const [inserted] = await tx
      .insert(outputFiles)
      .values({ ...row, version })
      .onConflictDoNothing()
      .returning();
    // Two people's runs may end at once: who comes second takes the next number.
    if (inserted || attempt === 10) return;
  }
}
