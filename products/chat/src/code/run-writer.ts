import type { RunDisplay, RunDisplaySignal, RunOutputSignal } from "@mindmesh/contracts/runs";
import { type Database, storableText } from "@mindmesh/kernel/db";
import type { RunPlace } from "./run-place.ts";
import { displayShape } from "./run-shapes.ts";
import { writeInTurns } from "../write-in-turns.ts";
import { codeRunDisplays, codeRunOutput } from "./schema.ts";

type Part =
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "display"; mime: RunDisplay["mime"]; data: string };

interface WriterDependencies {
  db: Database;
  showOutput(signal: RunOutputSignal): void;
  showDisplay(signal: RunDisplaySignal): void;
  /** Keeps what is too large for a row. @returns the file's id */
  storeLarge(name: string, content: Buffer): Promise<string>;
}

/** Larger figures go to the storage and are fetched by those who look at them. */
const inlineBytes = 32 * 1024;
/** More figures and tables than these are not kept. */
const mostDisplays = 200;
const endings = { "image/png": "png", "image/svg+xml": "svg", "text/html": "html" } as const;

/**
 * Stores what a run puts out, in its order, and then, only then, shows it: whatever a device has seen is in the
 * database.
 */
export function createRunWriter(
  { db, showOutput, showDisplay, storeLarge }: WriterDependencies,
  run: RunPlace & { id: string },
  onFailure: (error: unknown) => void,
) {
  const { workspaceId, conversationId, id: runId } = run;
  const written = { length: 0, displays: 0, leftOut: 0 };
  let seq = 0;
  const { push, settled } = writeInTurns(write, onFailure);

  async function writeOutput(parts: Extract<Part, { type: "output" }>[]): Promise<void> {
    const rows = parts.map(({ stream, text }) => ({ workspaceId, runId, seq: seq++, stream, text }));
    await db.withWorkspace({ workspaceId }, (tx) => tx.insert(codeRunOutput).values(rows), { relaxedDurability: true });
    for (const { stream, text } of rows) {
      showOutput({ conversationId, runId, offset: written.length, stream, text });
      written.length += text.length;
    }
  }

  async function writeDisplay({ mime, data }: Extract<Part, { type: "display" }>): Promise<void> {
    if (written.displays >= mostDisplays) return void (written.leftOut += 1);
    const content = Buffer.from(data, mime === "image/png" ? "base64" : "utf8");
    const position = written.displays++;
    const large = content.length > inlineBytes;
    const row = {
      workspaceId,
      runId,
      position,
      offset: written.length,
      mime,
      bytes: content.length,
      data: large ? null : data,
      fileId: large ? await storeLarge(`figure-${position + 1}.${endings[mime]}`, content) : null,
    };
    await db.withWorkspace({ workspaceId }, (tx) => tx.insert(codeRunDisplays).values(row));
    showDisplay({ conversationId, runId, display: displayShape(row) });
  }

  async function write(parts: Part[]): Promise<void> {
    for (let at = 0; at < parts.length; at += 1) {
      const part = parts[at];
      if (part?.type === "display") {
        await writeDisplay(part);
        continue;
      }
      const next = parts.findIndex((each, index) => index > at && each.type === "display");
      const until = next === -1 ? parts.length : next;
      await writeOutput(parts.slice(at, until).filter((each) => each.type === "output"));
      at = until - 1;
    }
  }

  return {
    /** What is stored so far. */
    written,
    push(part: Part): void {
      if (part.type === "display") {
        return push({ ...part, data: storableText(part.data) }, () => false);
      }
      const text = storableText(part.text);
      if (text === "") return;
      push({ ...part, text }, (last) => {
        if (last.type !== "output" || last.stream !== part.stream) return false;
        last.text += text;
        return true;
      });
    },
    settled,
  };
}
