import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { ClientBase } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { v7 as uuidv7 } from "uuid";
import { createProse } from "./prose.ts";

export interface BenchSeed {
  workspaceId: string;
  ownerId: string;
  /** How many messages; twenty make a conversation. */
  messages: number;
  /** Told how many messages are written. */
  progress?: (written: number) => void;
}

const messagesPerConversation = 20;
const threeYears = 3 * 365 * 24 * 3600 * 1000;

/**
 * Writes conversations of made-up prose by COPY, for measurements: the same words at every run, the frequent ones as
 * frequent as in a real language. Within the caller's transaction, as the owner of the tables.
 */
export async function seedMessages(client: ClientBase, seed: BenchSeed): Promise<void> {
  const { workspaceId, ownerId, progress } = seed;
  const prose = createProse(42);
  const count = Math.ceil(seed.messages / messagesPerConversation);
  const now = Date.now();
  const step = threeYears / Math.max(count, 1);
  const startOf = (index: number) => now - (count - index) * step;
  const ids = Array.from({ length: count }, (_, index) => uuidv7({ msecs: startOf(index) }));

  await copyRows(
    client,
    "chat.conversations (workspace_id, id, owner_id, title, titled, created_at, updated_at)",
    (function* () {
      for (const [index, id] of ids.entries()) {
        const at = new Date(startOf(index)).toISOString();
        yield [workspaceId, id, ownerId, prose.sentence(3, 8), "t", at, at];
      }
    })(),
  );
  await copyRows(
    client,
    "chat.messages (workspace_id, id, conversation_id, parent_id, role, author_id, text, status, created_at, finished_at)",
    (function* () {
      let parent = "\\N";
      for (let index = 0; index < seed.messages; index += 1) {
        const conversation = Math.floor(index / messagesPerConversation);
        const place = index % messagesPerConversation;
        const time = startOf(conversation) + place * 60_000;
        const id = uuidv7({ msecs: time });
        const at = new Date(time).toISOString();
        const asks = place % 2 === 0;
        const text = asks ? prose.sentence(5, 25) : prose.paragraphs(1, 4);
        const [role, author] = asks ? ["user", ownerId] : ["assistant", "\\N"];
        const before = place === 0 ? "\\N" : parent;
        yield [workspaceId, id, ids[conversation] ?? "", before, role, author, text, "complete", at, at];
        parent = id;
        if (index % 1000 === 999) progress?.(index + 1);
      }
    })(),
  );
  await client.query(
    `UPDATE chat.conversations c SET current_message_id = m.id
     FROM (SELECT DISTINCT ON (conversation_id) conversation_id, id FROM chat.messages
           WHERE workspace_id = $1 ORDER BY conversation_id, created_at DESC) m
     WHERE c.workspace_id = $1 AND c.id = m.conversation_id`,
    [workspaceId],
  );
}

/** Rows without tabs, line breaks or backslashes in them, except for `\N`. */
async function copyRows(client: ClientBase, into: string, rows: Iterable<(string | undefined)[]>): Promise<void> {
  const stream = client.query(copyFrom(`COPY ${into} FROM STDIN`));
  const failed = once(stream, "error").then(([error]) => Promise.reject(error as Error));
  failed.catch(() => undefined);
  let lines = "";
  for (const row of rows) {
    lines += `${row.join("\t")}\n`;
    if (lines.length < 65_536) continue;
    if (!stream.write(lines)) await Promise.race([once(stream, "drain"), failed]);
    lines = "";
  }
  stream.end(lines);
  await finished(stream);
}
