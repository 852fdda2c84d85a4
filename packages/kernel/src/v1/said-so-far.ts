import type { ChatHead } from "./write-chat.ts";

/** More than this is not kept: an answer so long is not gone on with. */
const mostBytes = 2 * 1024 * 1024;

/** The events of a stream that passed, kept for the case that it breaks off. */
export interface SaidSoFar {
  add(events: Uint8Array): void;
  /** The text of the answer and the head of its pieces; null where another model cannot go on from it. */
  read(): { head: ChatHead; text: string } | null;
}

interface Chunk {
  id?: unknown;
  created?: unknown;
  choices?: { delta?: { content?: unknown; tool_calls?: unknown } }[];
}

export function keepSaid(model: string): SaidSoFar {
  const kept: Uint8Array[] = [];
  let total = 0;
  return {
    add(events) {
      total += events.length;
      if (total <= mostBytes) kept.push(events);
    },
    read() {
      if (total > mostBytes) return null;
      let head: ChatHead | null = null;
      let text = "";
      for (const line of Buffer.concat(kept).toString("utf8").split(/\r?\n/)) {
        if (!line.startsWith("data:")) continue;
        const { id, created, choices } = JSON.parse(line.slice(5)) as Chunk;
        head ??= { id: String(id), created: Number(created), model };
        const delta = choices?.[0]?.delta;
        // A call that was begun may have been acted on.
        if (delta?.tool_calls) return null;
        if (typeof delta?.content === "string") text += delta.content;
      }
      return head && { head, text };
    },
  };
}
