import type { Database } from "@mindmesh/kernel/db";
import { liveServerIds } from "@mindmesh/kernel/servers";
import { and, eq, isNotNull, notInArray } from "drizzle-orm";
import { closeAnswer } from "./finish-answer.ts";
import { withChunks } from "./read-conversation.ts";
import { messages } from "./schema.ts";

/** Closes the answers whose server died: what had arrived stays, marked as interrupted. Returns how many. */
export async function interruptOrphans(db: Database): Promise<number> {
  const alive = await liveServerIds(db);
  const orphans = await db.system((tx) =>
    tx
      .select({ workspaceId: messages.workspaceId, id: messages.id })
      .from(messages)
      .where(
        and(
          eq(messages.status, "streaming"),
          isNotNull(messages.serverId),
          alive.length > 0 ? notInArray(messages.serverId, alive) : undefined,
        ),
      ),
  );
  for (const { workspaceId, id } of orphans) {
    await db.withWorkspace({ workspaceId }, async (tx) => {
      const rows = await tx
        .select()
        .from(messages)
        .where(and(eq(messages.workspaceId, workspaceId), eq(messages.id, id), eq(messages.status, "streaming")))
        .for("update", { skipLocked: true });
      const [row] = await withChunks(tx, rows);
      if (!row) return;
      await closeAnswer(
        tx,
        { workspaceId, conversationId: row.conversationId, messageId: row.id },
        row,
        { status: "interrupted", error: "The server stopped while the answer was arriving." },
        null,
      );
    });
  }
  return orphans.length;
}
