import type { Conversation } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { and, desc, eq, or, sql } from "drizzle-orm";
import { z } from "zod";
import { conversations } from "./schema.ts";
import { conversationShape } from "./shapes.ts";

const place = z.tuple([z.iso.datetime(), z.uuid()]);

function readPlace(cursor: string): z.infer<typeof place> {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new AppError("invalid_fields", { fields: { cursor: "Was not made by this list." }, cause });
  }
}

/** Conversations of the caller and those shared in the workspace, last changed first. */
export async function listConversations(
  db: Database,
  caller: MemberCaller,
  page: { cursor?: string | undefined; limit: number },
): Promise<{ items: Conversation[]; nextCursor: string | null }> {
  const after = page.cursor === undefined ? undefined : readPlace(page.cursor);
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(conversations)
      .where(
        and(
          eq(conversations.workspaceId, caller.workspaceId),
          or(eq(conversations.ownerId, caller.personId), eq(conversations.shared, true)),
          after &&
            sql`(${conversations.updatedAt}, ${conversations.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
        ),
      )
      .orderBy(desc(conversations.updatedAt), desc(conversations.id))
      .limit(page.limit + 1),
  );
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return {
    items: items.map(conversationShape),
    nextCursor:
      rows.length > page.limit && last
        ? Buffer.from(JSON.stringify([last.updatedAt, last.id])).toString("base64url")
        : null,
  };
}
