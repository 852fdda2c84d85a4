import { type EditorFile, editorBounds } from "@mindmesh/contracts/runs";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, asc, eq } from "drizzle-orm";
import { emitChatEvent } from "../events.ts";
import { findConversation } from "../find-conversation.ts";
import type { ConversationRow } from "../schema.ts";
import { editorFiles } from "./schema.ts";

interface Place {
  workspaceId: string;
  conversationId: string;
}

const ofConversation = ({ workspaceId, conversationId }: Place) =>
  and(eq(editorFiles.workspaceId, workspaceId), eq(editorFiles.conversationId, conversationId));

/** The editor's files of a conversation, by path; checks no rights. */
export async function readEditorFiles(tx: Transaction, place: Place): Promise<EditorFile[]> {
  const rows = await tx.select().from(editorFiles).where(ofConversation(place)).orderBy(asc(editorFiles.path));
  return rows.map(editorFileShape);
}

/** The same for the caller. */
export function listEditorFiles(db: Database, caller: MemberCaller, conversationId: string): Promise<EditorFile[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    await findConversation(tx, caller, conversationId, "read");
    return readEditorFiles(tx, { workspaceId: caller.workspaceId, conversationId });
  });
}

/**
 * Makes or changes a file.
 * @param change.version the one that the change was made on; null makes a new file
 * @throws AppError conflict when somebody was faster, already_exists for a path that is taken, too_large, not_found
 */
export function saveEditorFile(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  change: { path: string; content: string; version: number | null; newPath?: string | undefined },
): Promise<EditorFile> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    // Its lock lets those who save take turns.
    const conversation = await findConversation(tx, caller, conversationId, "write");
    const place = { workspaceId: caller.workspaceId, conversationId };
    const files = await readEditorFiles(tx, place);
    const before = files.find(({ path }) => path === change.path);
    if (change.version === null && before) throw pathTaken(change.path);
    if (change.version !== null && !before) throw new AppError("not_found", { message: "This file is gone." });
    if (before && before.version !== change.version) throw outdated(before);
    const path = change.newPath ?? change.path;
    const others = files.filter((each) => each !== before);
    if (others.some((each) => collides(each.path, path))) throw pathTaken(path);
    const characters = others.reduce((sum, { content }) => sum + content.length, change.content.length);
    if (others.length >= editorBounds.files || characters > editorBounds.characters) {
      throw new AppError("too_large", {
        message: `The editor holds at most ${editorBounds.files} files with ${editorBounds.characters.toLocaleString("en")} characters together.`,
      });
    }
    const values = {
      ...place,
      path,
      content: change.content,
      version: (before?.version ?? 0) + 1,
      updatedBy: caller.personId,
      updatedAt: new Date().toISOString(),
    };
    if (before) await tx.delete(editorFiles).where(and(ofConversation(place), eq(editorFiles.path, before.path)));
    await tx.insert(editorFiles).values(values);
    if (before && before.path !== path) await tell(tx, conversation, before.path, null, caller);
    await tell(tx, conversation, path, values.version, caller);
    return editorFileShape(values);
  });
}

/** @throws AppError conflict when somebody changed it in the meantime, not_found */
export function deleteEditorFile(
  db: Database,
  caller: MemberCaller,
  conversationId: string,
  { path, version }: { path: string; version: number },
): Promise<void> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const conversation = await findConversation(tx, caller, conversationId, "write");
    const place = { workspaceId: caller.workspaceId, conversationId };
    const before = (await readEditorFiles(tx, place)).find((each) => each.path === path);
    if (!before) throw new AppError("not_found");
    if (before.version !== version) throw outdated(before);
    await tx.delete(editorFiles).where(and(ofConversation(place), eq(editorFiles.path, path)));
    await tell(tx, conversation, path, null, caller);
  });
}

/** The same path, or one that would be a folder of the other. */
function collides(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

const pathTaken = (path: string) =>
  new AppError("already_exists", { message: `There is a file or folder named ${path} already.` });

const outdated = ({ path }: EditorFile) =>
  new AppError("conflict", { message: `${path} was changed in the meantime. Load it again and repeat your change.` });

async function tell(
  tx: Transaction,
  conversation: ConversationRow,
  path: string,
  version: number | null,
  caller: MemberCaller,
): Promise<void> {
  const payload = { conversationId: conversation.id, path, version };
  await emitChatEvent(tx, conversation, "chat.editor.changed", payload, caller.personId);
}

function editorFileShape(row: typeof editorFiles.$inferSelect): EditorFile {
  const { path, content, version, updatedBy, updatedAt } = row;
  return { path, content, version, updatedBy, updatedAt };
}
