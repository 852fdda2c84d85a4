import type { Conversation, chatRoutes } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { type SQL, and, arrayContains, desc, eq, isNotNull, isNull, ne, not, or, sql } from "drizzle-orm";
import { z } from "zod";
import { conversations } from "./schema.ts";
import { conversationShape } from "./shapes.ts";

const place = z.tuple([z.iso.datetime(), z.guid()]);

function readPlace(cursor: string): z.infer<typeof place> {
  try {
    return place.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new AppError("invalid_fields", { fields: { cursor: "Was not made by this list." }, cause });
  }
}

type Ask = z.output<typeof chatRoutes.listConversations.query>;

function viewFilter(caller: MemberCaller, view: Ask["view"]): SQL | undefined {
  const own = eq(conversations.ownerId, caller.personId);
  switch (view) {
    case "active":
      return and(
        or(own, eq(conversations.shared, true)),
        isNull(conversations.trashedAt),
        or(not(own), eq(conversations.archived, false)),
      );
    case "archived":
      return and(own, isNull(conversations.trashedAt), eq(conversations.archived, true));
    case "trash":
      return and(own, isNotNull(conversations.trashedAt));
    case "shared":
      return and(
        ne(conversations.ownerId, caller.personId),
        eq(conversations.shared, true),
        isNull(conversations.trashedAt),
      );
  }
}

/** A page of conversations that the caller may see, last changed first. */
export async function listConversations(
  db: Database,
  caller: MemberCaller,
  ask: Ask,
): Promise<{ items: Conversation[]; nextCursor: string | null }> {
  const after = ask.cursor === undefined ? undefined : readPlace(ask.cursor);
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(conversations)
      .where(
        and(
          eq(conversations.workspaceId, caller.workspaceId),
          viewFilter(caller, ask.view),
          ask.folderId === undefined ? undefined : eq(conversations.folderId, ask.folderId),
          ask.tag === undefined ? undefined : arrayContains(conversations.tags, [ask.tag]),
          ask.pinned === undefined
            ? undefined
            : and(eq(conversations.pinned, true), eq(conversations.ownerId, caller.personId)),
          after &&
            sql`(${conversations.updatedAt}, ${conversations.id}) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
        ),
      )
      .orderBy(desc(conversations.updatedAt), desc(conversations.id))
      .limit(ask.limit + 1),
  );
  const items = rows.slice(0, ask.limit);
  const last = items.at(-1);
  return {
    items: items.map(conversationShape),
    nextCursor:
      rows.length > ask.limit && last
        ? Buffer.from(JSON.stringify([last.updatedAt, last.id])).toString("base64url")
        : null,
  };
}
