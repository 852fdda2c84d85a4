import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type BlobStore, blobKey } from "@mindmesh/kernel/storage";
import { and, eq, isNotNull } from "drizzle-orm";
import type { AnswerCallRow } from "../schema.ts";
import { thisRun } from "./end-run.ts";
import { runDetails } from "./read-runs.ts";
import { codeRunDisplays, codeRuns } from "./schema.ts";

/** Images that a model is shown of one run, and the size of one: Anthropic's limit, the smallest. */
const most = { images: 4, bytes: 5 * 1024 * 1024 };
const runTools = new Set(["sandbox.runCode", "sandbox.runCodeOnline"]);
const shownTypes = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);

/**
 * The pictures that a call of a tool made, for a model that sees: figures first, then images below `/data/out`.
 * Empty for other tools, and when the run is gone.
 */
export async function imagesOfCall(
  { db, blobs }: { db: Database; blobs: BlobStore },
  call: AnswerCallRow,
): Promise<{ mediaType: string; data: Uint8Array }[]> {
  if (!runTools.has(call.tool) || call.state !== "done") return [];
  const runId = /"runId":"([0-9a-f-]{36})"/.exec(call.output ?? "")?.[1];
  if (runId === undefined) return [];
  const { workspaceId } = call;
  const found = await db.withWorkspace({ workspaceId }, async (tx) => {
    const [run] = await tx
      .select()
      .from(codeRuns)
      .where(thisRun({ workspaceId, id: runId }));
    // The call ran in its person's name: another person's run is none of its pictures, whatever a text says.
    if (!run || run.personId !== call.personId || run.origin !== "tool") return null;
    return { ...(await runDetails(tx, workspaceId, { conversationId: run.conversationId, runId })), run };
  });
  if (found === null) return [];
  const images: { mediaType: string; data: Uint8Array }[] = [];
  const stored = await db.withWorkspace({ workspaceId }, (tx) => largeDisplays(tx, workspaceId, runId));
  for (const { position, mime, bytes, data } of found.displays) {
    if (mime !== "image/png" || bytes > most.bytes || images.length >= most.images) continue;
    const fileId = stored.get(position);
    if (data !== null) images.push({ mediaType: mime, data: Buffer.from(data, "base64") });
    else if (fileId !== undefined) images.push({ mediaType: mime, data: await contentOf(blobs, workspaceId, fileId) });
  }
  for (const { file } of found.outputs) {
    if (!file || !shownTypes.has(file.mediaType) || file.bytes > most.bytes || images.length >= most.images) continue;
    images.push({ mediaType: file.mediaType, data: await contentOf(blobs, workspaceId, file.id) });
  }
  return images;
}

async function largeDisplays(tx: Transaction, workspaceId: string, runId: string): Promise<Map<number, string>> {
  const rows = await tx
    .select({ position: codeRunDisplays.position, fileId: codeRunDisplays.fileId })
    .from(codeRunDisplays)
    .where(
      and(
        eq(codeRunDisplays.workspaceId, workspaceId),
        eq(codeRunDisplays.runId, runId),
        isNotNull(codeRunDisplays.fileId),
      ),
    );
  return new Map(rows.flatMap(({ position, fileId }) => (fileId === null ? [] : [[position, fileId] as const])));
}

async function contentOf(blobs: BlobStore, workspaceId: string, id: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await blobs.get(blobKey({ workspaceId, id }))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
