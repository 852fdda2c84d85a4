import type { Conversation, chatRoutes } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { v7 as uuidv7 } from "uuid";
import type { z } from "zod";
import { emitChatEvent } from "./events.ts";
import { checkFolder } from "./folders.ts";
import { findPreset } from "./presets.ts";
import { conversations } from "./schema.ts";
import { conversationShape } from "./shapes.ts";

export const untitled = "New conversation";

/** Begins a private conversation of the caller. */
export async function createConversation(
  db: Database,
  caller: MemberCaller,
  input: z.output<typeof chatRoutes.createConversation.body>,
): Promise<Conversation> {
  requireRight(caller, "content.write");
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const preset = input.presetId === undefined ? undefined : await findPreset(tx, caller, input.presetId);
    if (input.folderId !== undefined) await checkFolder(tx, caller, input.folderId);
    const [row] = await tx
      .insert(conversations)
      .values({
        workspaceId: caller.workspaceId,
        id: uuidv7(),
        ownerId: caller.personId,
        title: input.title ?? untitled,
        titled: input.title !== undefined,
        model: input.model ?? preset?.model ?? null,
        systemPrompt: input.systemPrompt ?? preset?.systemPrompt ?? "",
        useTools: input.useTools ?? false,
        folderId: input.folderId ?? null,
      })
      .returning();
    if (!row) throw new AppError("internal");
    const conversation = conversationShape(row);
    await emitChatEvent(tx, row, "chat.conversation.changed", { conversation }, caller.personId);
    return conversation;
  });
}
