import { Readable } from "node:stream";
import type { CodeRun, CodeRunDetails, RunOutput } from "@mindmesh/contracts/runs";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { type BlobStore, blobKey, findFile } from "@mindmesh/kernel/storage";
import { and, asc, desc, eq, lt, or } from "drizzle-orm";
import { findConversation } from "../find-conversation.ts";
import { outputsOfRun } from "./list-outputs.ts";
import { displayShape, runShape } from "./run-shapes.ts";
import { codeRunDisplays, codeRunOutput, codeRuns } from "./schema.ts";
import { findRun } from "./start-run.ts";

/** The runs of a conversation, newest first. */
export async function listRuns(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  ask: {
    cursor?: string | undefined;
    limit: number;
    messageId?: string | undefined;
    origin?: CodeRun["origin"] | undefined;
  },
): Promise<{ items: CodeRun[]; nextCursor: string | null }> {
  const { workspaceId } = caller;
  const rows = await db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConversation(tx, caller, conversationId, "read");
    const { runId } = ask.cursor === undefined ? { runId: null } : { runId: ask.cursor };
    const after = runId === null ? null : await findRun(tx, workspaceId, { conversationId, runId: asId(runId) });
    return tx
      .select()
      .from(codeRuns)
      .where(
        and(
          eq(codeRuns.workspaceId, workspaceId),
          eq(codeRuns.conversationId, conversationId),
          ask.messageId === undefined ? undefined : eq(codeRuns.messageId, ask.messageId),
          ask.origin === undefined ? undefined : eq(codeRuns.origin, ask.origin),
          after === null
            ? undefined
            : or(
                lt(codeRuns.createdAt, after.createdAt),
                and(eq(codeRuns.createdAt, after.createdAt), lt(codeRuns.id, after.id)),
              ),
        ),
      )
      .orderBy(desc(codeRuns.createdAt), desc(codeRuns.id))
      .limit(ask.limit + 1);
  });
  const items = rows.slice(0, ask.limit);
  return { items: items.map(runShape), nextCursor: rows.length > ask.limit ? (items.at(-1)?.id ?? null) : null };
}

function asId(cursor: string): string {
  if (!/^[0-9a-f-]{36}$/.test(cursor)) throw new AppError("bad_request");
  return cursor;
}

/** A run with its source and everything that it has put out so far. @throws AppError not_found */
export function readRun(
  db: Database,
  caller: MemberCaller,
  place: { conversationId: string; runId: string },
): Promise<CodeRunDetails> {
  return db.withWorkspace(
    tenantOf(caller),
    async (tx) => {
      await findConversation(tx, caller, place.conversationId, "read");
      return runDetails(tx, caller.workspaceId, place);
    },
    { snapshot: true },
  );
}

/** The same for who has checked rights already. */
export async function runDetails(
  tx: Transaction,
  workspaceId: string,
  place: { conversationId: string; runId: string },
): Promise<CodeRunDetails> {
  const { runId } = place;
  const row = await findRun(tx, workspaceId, place);
  const parts = await tx
    .select()
    .from(codeRunOutput)
    .where(and(eq(codeRunOutput.workspaceId, workspaceId), eq(codeRunOutput.runId, runId)))
    .orderBy(asc(codeRunOutput.seq));
  const output: RunOutput[] = [];
  for (const { stream, text } of parts) {
    const last = output.at(-1);
    if (last?.stream === stream) last.text += text;
    else output.push({ stream, text });
  }
  const displays = await tx
    .select()
    .from(codeRunDisplays)
    .where(and(eq(codeRunDisplays.workspaceId, workspaceId), eq(codeRunDisplays.runId, runId)))
    .orderBy(asc(codeRunDisplays.position));
  const length = output.reduce((sum, { text }) => sum + text.length, 0);
  return {
    run: { ...runShape(row), outputLength: length, displayCount: displays.length },
    source: row.source,
    files: row.files,
    output,
    displays: displays.map(displayShape),
    outputs: await outputsOfRun(tx, workspaceId, runId),
  };
}

/** A figure or table as bytes. @throws AppError not_found */
export async function readDisplay(
  { db, blobs }: { db: Database; blobs: BlobStore },
  caller: MemberCaller,
  place: { conversationId: string; runId: string; position: number },
): Promise<{ mime: string; bytes: number; content: Readable }> {
  const { workspaceId } = caller;
  const found = await db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConversation(tx, caller, place.conversationId, "read");
    await findRun(tx, workspaceId, place);
    const [row] = await tx
      .select()
      .from(codeRunDisplays)
      .where(
        and(
          eq(codeRunDisplays.workspaceId, workspaceId),
          eq(codeRunDisplays.runId, place.runId),
          eq(codeRunDisplays.position, place.position),
        ),
      );
    if (!row) throw new AppError("not_found");
    if (row.fileId !== null && (await findFile(tx, { workspaceId, id: row.fileId })) === null) {
      throw new AppError("not_found");
    }
    return row;
  });
  const { mime, bytes, data, fileId } = found;
  const content =
    fileId === null
      ? Readable.from([Buffer.from(data ?? "", mime === "image/png" ? "base64" : "utf8")])
      : await blobs.get(blobKey({ workspaceId, id: fileId }));
  return { mime, bytes, content };
}
