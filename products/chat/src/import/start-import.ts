import type { Readable } from "node:stream";
import { type ChatImport, maxImportBytes } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import type { Jobs } from "@mindmesh/kernel/jobs";
import { type BlobStore, defaultUploadLimits, uploadFile } from "@mindmesh/kernel/storage";
import { and, desc, eq } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { emitChatEvent } from "../events.ts";
import { imports } from "../schema.ts";
import { importShape } from "./import-shape.ts";
import { changeImport, type importJob } from "./import-job.ts";

export interface ImportDependencies {
  db: Database;
  blobs: BlobStore;
  jobs: Pick<Jobs, "enqueue" | "cancel">;
  job: ReturnType<typeof importJob>;
}

/** Stores an export file and begins to import it in the background. @throws AppError too_large, storage_full */
export async function startImport(
  { db, blobs, jobs, job }: ImportDependencies,
  caller: MemberCaller,
  upload: { name: string; announcedBytes: number | null; content: Readable },
): Promise<ChatImport> {
  const limits = { ...defaultUploadLimits, maxFileBytes: maxImportBytes };
  // The file is read by the import alone: no text, no thumbnail.
  const enqueueProcessing = () => Promise.resolve();
  const file = await uploadFile({ db, blobs, limits, enqueueProcessing }, caller, upload);
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const { workspaceId, personId } = caller;
    const importId = uuidv7();
    const jobId = await jobs.enqueue(tx, job, { importId, bytes: file.bytes }, { workspaceId, userId: personId });
    const [row] = await tx
      .insert(imports)
      .values({
        workspaceId,
        id: importId,
        ownerId: personId,
        fileId: file.id,
        fileName: file.name,
        state: "waiting",
        jobId,
      })
      .returning();
    if (!row) throw new AppError("internal");
    const started = importShape(row);
    await emitChatEvent(tx, { workspaceId, ownerId: personId, shared: false }, "chat.import.changed", {
      import: started,
    });
    return started;
  });
}

const ownImports = (caller: MemberCaller, importId?: string) =>
  and(
    eq(imports.workspaceId, caller.workspaceId),
    eq(imports.ownerId, caller.personId),
    importId === undefined ? undefined : eq(imports.id, importId),
  );

/** The caller's last imports, newest first. */
export async function listImports(db: Database, caller: MemberCaller): Promise<ChatImport[]> {
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx.select().from(imports).where(ownImports(caller)).orderBy(desc(imports.createdAt)).limit(20),
  );
  return rows.map(importShape);
}

/** Stops an import; what it has added stays. @throws AppError not_found; conflict when it has ended */
export async function cancelImport(
  { db, jobs }: ImportDependencies,
  caller: MemberCaller,
  importId: string,
): Promise<void> {
  const [row] = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx.select().from(imports).where(ownImports(caller, importId)),
  );
  if (!row) throw new AppError("not_found");
  const cancelled = await changeImport(db, caller.workspaceId, importId, { state: "cancelled" });
  if (cancelled === null) throw new AppError("conflict", { message: "This import has ended already." });
  const { jobId } = row;
  if (jobId !== null) {
    await db
      .withWorkspace(tenantOf(caller), (tx) => jobs.cancel(tx, jobId, caller.personId))
      // It ended in this very moment.
      .catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== "conflict") throw error;
      });
  }
}
