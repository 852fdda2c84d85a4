// Runs in a process of its own, see runIsolated: content on stdin, `<kind> <characters to keep>` as arguments, JSON out.
import { buffer } from "node:stream/consumers";
import { limitMyself } from "../../isolated/index.ts";
import type { ChildAnswer, TextKind } from "./extract-text.ts";
import { keepText } from "./kept-text.ts";
import type { KeptText } from "./kept-text.ts";
import { Unreadable } from "./unreadable.ts";

limitMyself();

// Imported when needed: each parser costs time to load.
const readers: Record<
  TextKind,
  (content: Buffer, text: KeptText) => Promise<{ pages?: number; sheets?: string[]; notes?: string[] }>
> = {
  pdf: async (content, text) => (await import("./pdf.ts")).readPdf(content, text),
  docx: async (content, text) => {
    await (await import("./docx.ts")).readDocx(content, text);
    return {};
  },
  xlsx: async (content, text) => (await import("./xlsx.ts")).readXlsx(content, text),
  plain: async (content, text) => ({ notes: (await import("./plain-text.ts")).readPlainText(content, text) }),
};

async function answer(): Promise<ChildAnswer> {
  const [kind = "", keep = ""] = process.argv.slice(2);
  const text = keepText(Number(keep));
  try {
    const { notes = [], ...counts } = await readers[kind as TextKind](await buffer(process.stdin), text);
    return { ok: true, ...text.result(), ...counts, notes };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, message: error.message };
    throw error;
  }
}

const json = JSON.stringify(await answer());
// PDF.js and others may leave timers behind.
process.stdout.write(json, () => process.exit(0));
