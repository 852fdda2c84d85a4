import { type PersonData, inPages } from "@mindmesh/kernel/person-data";
import { and, asc, eq, gt, ne, or } from "drizzle-orm";
import { exportRuns, forgetRuns } from "./code/forget-runs.ts";
import { runSettingsTable } from "./code/schema.ts";
import { emitChatEvent } from "./events.ts";
import { callsOf } from "./answer-calls.ts";
import { conversations, folders, messages, presets, toolCalls } from "./schema.ts";
import { answerCallShape } from "./shapes.ts";

type ConversationRow = typeof conversations.$inferSelect;
type MessageRow = typeof messages.$inferSelect;

/**
 * What Chat holds of people. A person's conversations go with the account, also the shared ones; what they wrote in
 * conversations of others is emptied, so that the answers to it keep their place.
 */
export const chatPersonData: PersonData = {
  name: "chat",
  async *exportPerson(db, personId) {
    const own = await db.system(async (tx) => ({
      folders: await tx.select().from(folders).where(eq(folders.ownerId, personId)),
      presets: await tx.select().from(presets).where(eq(presets.ownerId, personId)),
    }));
    for (const value of own.folders) yield { kind: "folders", value };
    for (const value of own.presets) yield { kind: "presets", value };
    const all = inPages<ConversationRow>((after, pageSize) =>
      db.system((tx) =>
        tx
          .select()
          .from(conversations)
          .where(
            and(
              eq(conversations.ownerId, personId),
              after === null
                ? undefined
                : or(
                    gt(conversations.workspaceId, after.workspaceId),
                    and(eq(conversations.workspaceId, after.workspaceId), gt(conversations.id, after.id)),
                  ),
            ),
          )
          .orderBy(asc(conversations.workspaceId), asc(conversations.id))
          .limit(pageSize),
      ),
    );
    for await (const { publicTokenHash, ...conversation } of all) {
      const said: object[] = [];
      const rows = inPages<MessageRow>((after, pageSize) =>
        db.system((tx) =>
          tx
            .select()
            .from(messages)
            .where(
              and(
                eq(messages.workspaceId, conversation.workspaceId),
                eq(messages.conversationId, conversation.id),
                after === null ? undefined : gt(messages.id, after.id),
              ),
            )
            .orderBy(asc(messages.id))
            .limit(pageSize),
        ),
      );
      for await (const { workspaceId, conversationId: _, serverId: __, ...message } of rows) {
        const calls = await db.system((tx) => callsOf(tx, workspaceId, [message.id]));
        said.push({ ...message, toolCalls: (calls.get(message.id) ?? []).map(answerCallShape) });
      }
      yield { kind: "conversations", value: { ...conversation, public: publicTokenHash !== null, messages: said } };
    }
    const elsewhere = inPages<{ message: MessageRow }>((after, pageSize) =>
      db.system((tx) =>
        tx
          .select({ message: messages })
          .from(messages)
          .innerJoin(
            conversations,
            and(eq(conversations.workspaceId, messages.workspaceId), eq(conversations.id, messages.conversationId)),
          )
          .where(
            and(
              eq(messages.authorId, personId),
              ne(conversations.ownerId, personId),
              after === null
                ? undefined
                : or(
                    gt(messages.workspaceId, after.message.workspaceId),
                    and(eq(messages.workspaceId, after.message.workspaceId), gt(messages.id, after.message.id)),
                  ),
            ),
          )
          .orderBy(asc(messages.workspaceId), asc(messages.id))
          .limit(pageSize),
      ),
    );
    for await (const { message } of elsewhere) {
      const { workspaceId, conversationId, id, text, createdAt } = message;
      yield { kind: "messagesInOthersConversations", value: { workspaceId, conversationId, id, text, createdAt } };
    }
    yield* exportRuns(db, personId);
  },
  async forgetPerson(tx, personId) {
    await forgetRuns(tx, personId);
    const gone = await tx.delete(conversations).where(eq(conversations.ownerId, personId)).returning();
    await tx.delete(folders).where(eq(folders.ownerId, personId));
    await tx.delete(presets).where(eq(presets.ownerId, personId));
    await tx.delete(toolCalls).where(eq(toolCalls.personId, personId));
    await tx.update(messages).set({ text: "", authorId: null }).where(eq(messages.authorId, personId));
    for (const row of gone.filter(({ shared }) => shared)) {
      await emitChatEvent(tx, row, "chat.conversation.gone", { conversationId: row.id });
    }
  },
  async forgetWorkspace(tx, workspaceId) {
    for (const table of [conversations, folders, presets, runSettingsTable]) {
      await tx.delete(table).where(eq(table.workspaceId, workspaceId));
    }
  },
};
