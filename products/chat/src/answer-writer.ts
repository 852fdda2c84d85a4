import type { ChatDelta } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { answerChunks } from "./schema.ts";
import { writeInTurns } from "./write-in-turns.ts";

interface Part {
  kind: "text" | "reasoning";
  text: string;
}

export interface AnswerPlace {
  workspaceId: string;
  conversationId: string;
  messageId: string;
  /** What the message held before, when an interrupted answer is continued. */
  text: string;
  reasoning: string;
}

/**
 * Stores the parts of an answer and then, only then, shows them: whatever a device has seen is in the database.
 */
export function createAnswerWriter(
  dependencies: { db: Database; show: (delta: ChatDelta) => void },
  place: AnswerPlace,
  onFailure: (error: unknown) => void,
) {
  const { db, show } = dependencies;
  const text = { text: place.text, reasoning: place.reasoning };
  const halves = { text: "", reasoning: "" };
  let seq = 0;
  const { push, settled } = writeInTurns(write, onFailure);

  async function write(parts: Part[]): Promise<void> {
    const { workspaceId, conversationId, messageId } = place;
    const rows = parts.map((part) => ({ workspaceId, messageId, seq: seq++, ...part }));
    await db.withWorkspace(place, (tx) => tx.insert(answerChunks).values(rows), { relaxedDurability: true });
    for (const part of parts) {
      show({ conversationId, messageId, kind: part.kind, offset: text[part.kind].length, text: part.text });
      text[part.kind] += part.text;
    }
  }

  return {
    /** Everything stored so far. */
    text,
    push(part: Part): void {
      // PostgreSQL text holds no NUL; a provider that sends one must not end the answer.
      let clean = halves[part.kind] + part.text.replaceAll("\u0000", "");
      // An emoji may come in two halves, which cannot be stored one by one.
      halves[part.kind] = /[\uD800-\uDBFF]$/.test(clean) ? clean.slice(-1) : "";
      clean = clean.slice(0, clean.length - halves[part.kind].length).toWellFormed();
      if (clean === "") return;
      push({ kind: part.kind, text: clean }, (last) => {
        if (last.kind !== part.kind) return false;
        last.text += clean;
        return true;
      });
    },
    settled,
  };
}
