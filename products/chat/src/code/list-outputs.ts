import type { OutputFile } from "@mindmesh/contracts/runs";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { type FileGrant, findFiles, toStoredFile } from "@mindmesh/kernel/storage";
import { and, asc, desc, eq, isNull } from "drizzle-orm";
import { findConversation, mayRead } from "../find-conversation.ts";
import { conversations } from "../schema.ts";
import { outputFiles } from "./schema.ts";

/** Whoever may read a conversation may read the files that code made in it. */
export const conversationOutputs: FileGrant = async (tx, caller, fileId) => {
  const holders = await tx
    .select({ ownerId: conversations.ownerId, shared: conversations.shared })
    .from(outputFiles)
    .innerJoin(
      conversations,
      and(eq(conversations.workspaceId, outputFiles.workspaceId), eq(conversations.id, outputFiles.conversationId)),
    )
    .where(
      and(
        eq(outputFiles.workspaceId, caller.workspaceId),
        eq(outputFiles.fileId, fileId),
        isNull(conversations.trashedAt),
      ),
    );
  return holders.some((holder) => mayRead(caller, holder));
};

/** The newest version of each file that code made in the conversation; with `path` all versions of it, newest first. */
export function listOutputs(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  path?: string,
): Promise<OutputFile[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConversation(tx, caller, conversationId, "read");
    const ofConversation = and(
      eq(outputFiles.workspaceId, caller.workspaceId),
      eq(outputFiles.conversationId, conversationId),
    );
    const rows =
      path === undefined
        ? await tx
            .selectDistinctOn([outputFiles.path])
            .from(outputFiles)
            .where(ofConversation)
            .orderBy(asc(outputFiles.path), desc(outputFiles.version))
            .limit(2000)
        : await tx
            .select()
            .from(outputFiles)
            .where(and(ofConversation, eq(outputFiles.path, path)))
            .orderBy(desc(outputFiles.version))
            .limit(1000);
    return outputShapes(tx, caller.workspaceId, rows);
  });
}

/** What one run made, by path. */
export async function outputsOfRun(tx: Transaction, workspaceId: string, runId: string): Promise<OutputFile[]> {
  const rows = await tx
    .select()
    .from(outputFiles)
    .where(and(eq(outputFiles.workspaceId, workspaceId), eq(outputFiles.runId, runId)))
    .orderBy(asc(outputFiles.path));
  return outputShapes(tx, workspaceId, rows);
}

async function outputShapes(
  tx: Transaction,
  workspaceId: string,
  rows: (typeof outputFiles.$inferSelect)[],
): Promise<OutputFile[]> {
  const files = await findFiles(tx, { workspaceId, ids: rows.map(({ fileId }) => fileId) });
  return rows.map(({ path, version, runId, fileId, createdAt }) => {
    const file = files.get(fileId);
    return { path, version, runId, file: file ? toStoredFile(file) : null, createdAt };
  });
}
