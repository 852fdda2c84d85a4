import type { KeptText } from "./kept-text.ts";

/**
 * Decodes a text file: UTF-8, UTF-16 with a byte order mark, else Windows-1252 (a superset of Latin-1).
 * @returns sentences about what was guessed or mended
 */
export function readPlainText(content: Buffer, text: KeptText): string[] {
  const notes: string[] = [];
  const decoded = decode(content, notes);
  text.add(decoded);
  if (text.nulCharacters > 0) notes.push(`${text.nulCharacters.toLocaleString("en")} NUL characters were left out.`);
  return notes;
}

function decode(content: Buffer, notes: string[]): string {
  const [first, second] = content;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(content);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(content);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return decodeBroken(content, notes);
  }
}

/**
 * Not valid UTF-8: either another encoding or UTF-8 with damage. Text in Windows-1252 hardly ever contains valid
 * multi-byte sequences of UTF-8, so the more frequent of the two decides.
 */
function decodeBroken(content: Buffer, notes: string[]): string {
  const asUtf8 = new TextDecoder("utf-8").decode(content);
  let valid = 0;
  let damaged = 0;
  for (let at = 0; at < asUtf8.length; at += 1) {
    const unit = asUtf8.charCodeAt(at);
    if (unit === 0xfffd) damaged += 1;
    else if (unit > 0x7f) valid += 1;
  }
  if (valid > damaged) {
    notes.push(`${damaged.toLocaleString("en")} damaged characters were replaced by �.`);
    return asUtf8;
  }
  notes.push("The text is not UTF-8; it was read as Windows-1252 (Latin-1).");
  return new TextDecoder("windows-1252").decode(content);
}
