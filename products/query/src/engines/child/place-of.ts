import type { TextPlace } from "@mindmesh/contracts/query/engine";

/**
 * Where in a statement the words are that an engine complained of. Engines that give no position name the words; they are
 * only pointed at when they stand there once.
 */
export function placeOf(words: string | null, sql: string): TextPlace | null {
  if (words === null || words === "") return null;
  const at = positions(words, sql);
  return at.length === 1 ? { from: at[0]!, to: at[0]! + words.length } : null;
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
