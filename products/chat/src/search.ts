import type { SearchHit } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { sql } from "drizzle-orm";

// Private-use characters that ts_headline puts around matches; people do not type them.
const open = "\uE000";
const close = "\uE001";
// What `chat.apart` puts around letters of languages that are written without spaces.
const parting = "\u001F";

/**
 * Words of the query as a tsquery: all must be there, the last one may be the beginning of a word. Where `chat.apart`
 * parts one of them, its letters must stand one after the other.
 */
function tsquery(q: string): string | null {
  const words = q.normalize("NFKC").match(/[\p{L}\p{N}_]+/gu) ?? [];
  if (words.length === 0) return null;
  return words
    .slice(0, 16)
    .map((word, index) => (index === Math.min(words.length, 16) - 1 ? `'${word}':*` : `'${word}'`))
    .join(" & ");
}

/** Cuts a headline at its marks; letters that were marked one by one become one mark again. */
function pieces(headline: string): SearchHit["snippet"] {
  return headline
    .replaceAll(parting, "")
    .replaceAll(`${close}${open}`, "")
    .split(open)
    .flatMap((part, index) => {
      if (index === 0) return [{ text: part, match: false }];
      const [match = "", rest = ""] = part.split(close);
      return [
        { text: match, match: true },
        { text: rest, match: false },
      ];
    })
    .filter((piece) => piece.text !== "");
}

/** Titles and messages that hold all words of `q`, in what the caller may see; best first, titles before messages. */
export async function search(
  db: Database,
  caller: MemberCaller,
  ask: { q: string; limit: number },
): Promise<SearchHit[]> {
  const query = tsquery(ask.q);
  if (query === null) return [];
  const result = await db.withWorkspace(
    tenantOf(caller),
    (tx) =>
      tx.execute<{
        conversation_id: string;
        title: string;
        message_id: string | null;
        role: "user" | "assistant" | null;
        at: string;
        headline: string;
      }>(sql`
        WITH q AS (SELECT to_tsquery('chat.words', chat.apart(${query})) AS query),
        hits AS (
          SELECT h.* FROM q, chat.search(q.query, ${ask.limit}) h ORDER BY h.rank DESC, h.at DESC LIMIT ${ask.limit}
        )
        SELECT h.conversation_id, c.title, h.message_id, m.role, h.at,
          ts_headline('chat.words', chat.apart(left(coalesce(m.text, c.title), 100000)), q.query,
            ${`StartSel=${open}, StopSel=${close}, MaxWords=30, MinWords=12, ShortWord=0, MaxFragments=1`}) AS headline
        FROM q, hits h
        JOIN chat.conversations c ON c.workspace_id = ${caller.workspaceId} AND c.id = h.conversation_id
        LEFT JOIN chat.messages m ON m.workspace_id = ${caller.workspaceId} AND m.id = h.message_id
        ORDER BY h.rank DESC, h.at DESC`),
    { readOnly: true },
  );
  return result.rows.map((row) => ({
    conversationId: row.conversation_id,
    conversationTitle: row.title,
    messageId: row.message_id,
    role: row.role,
    at: new Date(row.at).toISOString(),
    snippet: pieces(row.headline),
  }));
}
