import { AppError } from "@mindmesh/kernel/errors";
import type { Database } from "@mindmesh/kernel/db";
import { defineJob } from "@mindmesh/kernel/jobs";
import { type BlobStore, blobKey, discardFile } from "@mindmesh/kernel/storage";
import { and, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { emitChatEvent } from "../events.ts";
import { type ImportRow, imports } from "../schema.ts";
import { readExport } from "./read-export.ts";
import { importShape } from "./import-shape.ts";
import { storeConversation } from "./store-conversation.ts";

export const importPayload = z.object({ importId: z.guid(), bytes: z.number().int() });

/** Milliseconds between two reports to the person's devices. */
const reportInterval = 1000;

const mostAttempts = 3;

/** Reads an export file into conversations. Running it again after a crash adds nothing twice. */
export function importJob({ db, blobs }: { db: Database; blobs: BlobStore }) {
  return defineJob({
    name: "chat.import",
    payload: importPayload,
    queue: "low",
    maxAttempts: mostAttempts,
    timeoutSeconds: 6 * 3600,
    async handler({ payload, workspaceId, signal, progress, attempt }) {
      if (workspaceId === null) return;
      const change = (set: Partial<ImportRow>) => changeImport(db, workspaceId, payload.importId, set);
      const row = await change({ state: "running", error: null });
      if (row === null) return;
      const counts = { conversationsAdded: 0, conversationsKnown: 0, messagesAdded: 0, skipped: 0 };
      let source = row.source;
      let share = 0;
      let reported = Date.now();
      const file = {
        bytes: payload.bytes,
        read: (range: { start: number; end: number }) => blobs.get(blobKey({ workspaceId, id: row.fileId }), range),
      };
      try {
        for await (const conversation of readExport(file, (read) => (share = read), signal)) {
          if (conversation === null) {
            counts.skipped += 1;
            continue;
          }
          source = conversation.source;
          if (conversation.messages.length > 0) {
            const stored = await storeConversation(db, { workspaceId, personId: row.ownerId }, conversation);
            counts[stored.isNew ? "conversationsAdded" : "conversationsKnown"] += 1;
            counts.messagesAdded += stored.messages;
          }
          progress(share, `${counts.conversationsAdded + counts.conversationsKnown} conversations`);
          if (Date.now() - reported > reportInterval) {
            reported = Date.now();
            await change({ ...counts, progress: share, source });
          }
        }
        const nothing = counts.conversationsAdded + counts.conversationsKnown === 0;
        await change({
          ...counts,
          source,
          progress: 1,
          state: nothing && counts.skipped > 0 ? "failed" : "done",
          error:
            nothing && counts.skipped > 0 ? "No conversation in this file could be read: its format is unknown." : null,
        });
      } catch (error) {
        const final = error instanceof AppError && error.status < 500;
        if (signal.aborted || (!final && attempt < mostAttempts)) throw error;
        const reason =
          error instanceof AppError ? error.message : "Something went wrong on the server. Import the file again.";
        await change({ ...counts, source, progress: share, state: "failed", error: reason });
        if (!final) throw error;
      }
    },
  });
}

const open = ["waiting", "running"] as const;

/** Writes the state of an import that has not ended, and tells its owner's devices. Null when it has ended. */
export async function changeImport(
  db: Database,
  workspaceId: string,
  importId: string,
  set: Partial<ImportRow>,
): Promise<ImportRow | null> {
  return db.withWorkspace({ workspaceId }, async (tx) => {
    const ended = set.state !== undefined && set.state !== "running";
    const [row] = await tx
      .update(imports)
      .set({ ...set, ...(ended && { finishedAt: new Date().toISOString() }) })
      .where(and(eq(imports.workspaceId, workspaceId), eq(imports.id, importId), inArray(imports.state, [...open])))
      .returning();
    if (!row) return null;
    if (ended) await discardFile(tx, { workspaceId, id: row.fileId });
    await emitChatEvent(tx, { workspaceId, ownerId: row.ownerId, shared: false }, "chat.import.changed", {
      import: importShape(row),
    });
    return row;
  });
}
