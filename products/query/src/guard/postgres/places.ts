import type { TextPlace } from "@mindmesh/contracts/query/engine";

/** From an offset in UTF-8 bytes, as the nodes of libpg-query have it, to UTF-16 units. */
export function unitsOfBytes(sql: string, bytes: number): number {
  let left = bytes;
  let at = 0;
  while (left > 0 && at < sql.length) {
    const code = sql.codePointAt(at) ?? 0;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_00_00 ? 3 : 4;
    at += code < 0x1_00_00 ? 1 : 2;
  }
  return at;
}

/** From a count of characters (code points), as PostgreSQL's own errors have it, to UTF-16 units. */
export function unitsOfCharacters(sql: string, characters: number): number {
  let at = 0;
  for (let left = characters; left > 0 && at < sql.length; left -= 1)
    at += (sql.codePointAt(at) ?? 0) < 0x1_00_00 ? 1 : 2;
  return at;
}

const dottedName =
  /(?:(?:[uU]&)?"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\.\s*(?:(?:[uU]&)?"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_$]*|\*))*|'(?:[^']|'')*'|\S/uy;

/** The words at an offset: a name with its schema, a string, or one sign. */
export function wordsAt(sql: string, from: number): TextPlace {
  dottedName.lastIndex = from;
  return { from, to: dottedName.test(sql) ? dottedName.lastIndex : Math.min(from + 1, sql.length) };
}
