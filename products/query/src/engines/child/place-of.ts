import type { TextPlace } from "@mindmesh/contracts/query/engine";

/**
 * Where in a statement the words are that an engine complained of. Engines that give no position name the words; they are
 * only pointed at when they stand there once.
 * @param at bytes from the beginning of the statement, where the engine says them
 */
export function placeOf(words: string | null, sql: string, at: number | null = null): TextPlace | null {
  if (at !== null) {
    const from = Buffer.from(sql).subarray(0, at).toString().length;
    const word = /^(?:[\p{L}\p{N}_$]+|\S|$)/u.exec(sql.slice(from))?.[0] ?? "";
    return { from, to: from + word.length };
  }
  if (words === null || words === "") return null;
  const [first, ...others] = positions(words, sql);
  return first !== undefined && others.length === 0 ? { from: first, to: first + words.length } : null;
}

function positions(words: string, sql: string): number[] {
  const isWord = (text: string | undefined) => text !== undefined && /[\p{L}\p{N}_$]/u.test(text);
  const found: number[] = [];
  for (let at = sql.indexOf(words); at !== -1; at = sql.indexOf(words, at + 1)) {
    // "id" is not meant where "paid" stands.
    const cutsBefore = isWord(words[0]) && isWord(sql[at - 1]);
    const cutsAfter = isWord(words.at(-1)) && isWord(sql[at + words.length]);
    if (!cutsBefore && !cutsAfter) found.push(at);
  }
  return found;
}
