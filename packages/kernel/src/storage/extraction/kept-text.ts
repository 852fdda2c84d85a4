/** Text that grows up to a limit; what comes after is counted and dropped, so that memory stays bounded. */
export type KeptText = {
  add(text: string): void;
  /** Characters are UTF-16 units, as everywhere in the browser and in the contracts. */
  result(): { text: string; truncated: { keptCharacters: number; totalCharacters: number } | null };
  /** NUL characters left out, which PostgreSQL cannot store. */
  readonly nulCharacters: number;
};

/** @param limit most characters to keep */
export function keepText(limit: number): KeptText {
  const pieces: string[] = [];
  let kept = 0;
  let total = 0;
  let nulCharacters = 0;
  return {
    add(given) {
      const text = given.replaceAll("\0", "").toWellFormed();
      nulCharacters += given.length - text.length;
      total += text.length;
      if (kept >= limit || text === "") return;
      const piece = cutBetweenCharacters(text, limit - kept);
      pieces.push(piece);
      kept = piece.length < text.length ? limit : kept + piece.length;
    },
    result() {
      const text = pieces.join("");
      const cut = text.length < total;
      return { text, truncated: cut ? { keptCharacters: text.length, totalCharacters: total } : null };
    },
    get nulCharacters() {
      return nulCharacters;
    },
  };
}

/** At most `length` units, never half of a surrogate pair. */
function cutBetweenCharacters(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}
