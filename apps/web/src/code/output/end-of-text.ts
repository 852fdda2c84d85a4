/** More than this is folded to its end until asked for: the end is where errors stand. */
const shownLines = 200;
const shownCharacters = 30_000;

/** The last part of a text, cut at the beginning of a line, and how many lines were left out. */
export function endOf(text: string): { end: string; hiddenLines: number } {
  let from = Math.max(0, text.length - shownCharacters);
  if (from > 0) from = text.indexOf("\n", from) + 1 || from;
  let lines = 0;
  // The line break at the very end ends a line, it does not begin one.
  for (let at = text.length - 1; at > from;) {
    at = text.lastIndexOf("\n", at - 1);
    if (at < from) break;
    lines += 1;
    if (lines === shownLines) from = at + 1;
  }
  let hiddenLines = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < from; at = text.indexOf("\n", at + 1)) hiddenLines += 1;
  return { end: text.slice(from), hiddenLines: Math.max(hiddenLines, from > 0 ? 1 : 0) };
}
