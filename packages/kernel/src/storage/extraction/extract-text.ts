import type { Readable } from "node:stream";
import { atMost, type IsolatedLimits, runIsolated } from "../../isolated/index.ts";

export type TextKind = "pdf" | "docx" | "xlsx" | "plain";

type ExtractedText = {
  text: string;
  /** What was cut, in UTF-16 units; null when all of it is there. */
  truncated: { keptCharacters: number; totalCharacters: number } | null;
  pages?: number;
  sheets?: string[];
  /** Sentences for the person: what was guessed, mended or not found. */
  notes: string[];
};

export type ExtractionOutcome = ({ ok: true } & ExtractedText) | { ok: false; message: string; detail?: string };

/** What the child process writes. */
export type ChildAnswer = ExtractionOutcome;

/** Two million characters are some 500,000 tokens: more than any model of today takes at once. */
const keptCharacters = 2_000_000;

const limits: IsolatedLimits = { milliseconds: 60_000, memoryBytes: 1024 * 2 ** 20, outputBytes: 16 * keptCharacters };
const office = "application/vnd.openxmlformats-officedocument";
const inTurn = atMost(2);

/** How text is read from files of a media type; null when they have none (images, archives, sound ...). */
export function textKindOf(mediaType: string): TextKind | null {
  if (mediaType === "application/pdf") return "pdf";
  if (mediaType === `${office}.wordprocessingml.document`) return "docx";
  if (mediaType === `${office}.spreadsheetml.sheet`) return "xlsx";
  const plain = /^text\/|^image\/svg\+xml$|^application\/(?:json|jsonl|yaml|xml|xhtml\+xml|rtf)$/.test(mediaType);
  return plain ? "plain" : null;
}

/** Why no text is read from a file that looks as if it had some; null for those where nobody expects it. */
export function whyNoText(mediaType: string, nameClaims: string | null): string | null {
  if (mediaType === "application/x-cfb")
    return nameClaims?.startsWith(office)
      ? "The file is protected by a password. Save a copy without it and upload that."
      : "Office files of before 2007 cannot be read. Save it as .docx, .xlsx or PDF and upload that.";
  if (/presentation|opendocument|epub/.test(mediaType))
    return "Text cannot be read from this kind of file. Save it as PDF or .docx and upload that.";
  if (nameClaims !== null && textKindOf(nameClaims) !== null)
    return mediaType === "application/octet-stream"
      ? "The content is not what the file's name says, and holds no text."
      : `The content is not what the file's name says: it looks like ${mediaType}.`;
  return null;
}

/**
 * Text of a file, read in a killable process with limits on time and memory, two at a time.
 * @param open called when its turn comes
 * @param limited a signal that gives it up; for tests: other limits
 */
export function extractText(
  kind: TextKind,
  open: () => Promise<Readable>,
  limited: Partial<IsolatedLimits> & { keptCharacters?: number } = {},
): Promise<ExtractionOutcome> {
  return inTurn(async () => {
    limited.signal?.throwIfAborted();
    const program = new URL("./extract-text.child.ts", import.meta.url);
    const keep = String(limited.keptCharacters ?? keptCharacters);
    const outcome = await runIsolated(program, [kind, keep], await open(), { ...limits, ...limited });
    switch (outcome.kind) {
      case "finished":
        return JSON.parse(outcome.output.toString()) as ChildAnswer;
      case "out_of_time":
        return { ok: false, message: "The file took too long to read and was given up. Try a smaller part of it." };
      case "out_of_memory":
        return {
          ok: false,
          message: "The file needs too much memory to read and was given up. Try a smaller part of it.",
        };
      case "crashed":
        return { ok: false, message: "The file is damaged and cannot be read.", detail: outcome.detail };
    }
  });
}
