import type { ChatDelta } from "@mindmesh/contracts/chat";
import type { Database } from "@mindmesh/kernel/db";
import { answerChunks } from "./schema.ts";

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
 * Parts that arrive while a write is under way go into the next one, so the rate of writes adapts to the database.
 */
export function createAnswerWriter(
  dependencies: { db: Database; show: (delta: ChatDelta) => void },
  place: AnswerPlace,
  onFailure: (error: unknown) => void,
) {
  const { db, show } = dependencies;
  const text = { text: place.text, reasoning: place.reasoning };
  const halves = { text: "", reasoning: "" };
  let waiting: Part[] = [];
  let seq = 0;
  let failed = false;
  let writing: Promise<void> | undefined;

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await db.withWorkspace(
        place,
        (tx) =>
          tx.insert(answerChunks).values(
            batch.map((part) => ({
              workspaceId: place.workspaceId,
              messageId: place.messageId,
              seq: seq++,
              ...part,
            })),
          ),
        { relaxedDurability: true },
      );
      for (const part of batch) {
        const { conversationId, messageId } = place;
        show({ conversationId, messageId, kind: part.kind, offset: text[part.kind].length, text: part.text });
        text[part.kind] += part.text;
      }
    }
  }

  function begin(): void {
    if (writing || failed || waiting.length === 0) return;
    writing = write()
      .catch((error) => {
        failed = true;
        onFailure(error);
      })
      .finally(() => {
        writing = undefined;
        begin();
      });
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
      const last = waiting.at(-1);
      if (last?.kind === part.kind) last.text += clean;
      else waiting.push({ kind: part.kind, text: clean });
      begin();
    },
    /** Resolves when everything that was pushed is stored. */
    async settled(): Promise<void> {
      for (let current = writing; current; current = writing) await current;
    },
  };
}
