import { decodeNamedCharacterReference } from "decode-named-character-reference";

/** `&copy;`, `&#169;` and `&#xa9;` as the characters that they stand for; unknown ones stay as they are written. */
export function decodeCharacters(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][\da-z]{1,31}));/gi, (written, decimal, hex, name) => {
    if (name !== undefined) return decodeNamedCharacterReference(name) || written;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? "\uFFFD" : String.fromCodePoint(code);
  });
}
