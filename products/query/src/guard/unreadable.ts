import type { Refusal } from "@mindmesh/contracts/query/engine";

/** In UTF-16 units. */
const longest = 1_000_000;

export const tooDeep: Refusal = {
  part: "",
  reason: "It is nested too deeply to be checked.",
  instead: "Take it apart: WITH gives each part a name.",
  place: null,
};

/** A text that no parser is to see; null: it may be looked at. */
export function unreadable(sql: string): Refusal | null {
  if (sql.length > longest) {
    return {
      part: "",
      reason: `It has ${sql.length.toLocaleString("en")} characters; at most ${longest.toLocaleString("en")} are checked.`,
      instead: "Put long lists of values into a table and join it.",
      place: null,
    };
  }
  // A parser and a database that take it for the end of the text would not read the same statement.
  const zero = sql.indexOf("\0");
  if (zero >= 0) return strange(zero, "There is a zero character here, at which databases stop to read.");
  if (!sql.isWellFormed()) {
    const half = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(sql);
    return strange(half?.index ?? 0, "There is half a character here, which no database can read.");
  }
  return null;
}

const strange = (from: number, reason: string): Refusal => ({
  part: "",
  reason,
  instead: "Delete this character.",
  place: { from, to: from + 1 },
});
