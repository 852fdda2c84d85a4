import { refuse } from "../refused.ts";
import { isKeyword, isSymbol, type Piece, placeOf } from "./piece.ts";
import type { WordRules } from "./word-rules.ts";

/** One statement that changes rows: one verb, no INTO but its own, and a WHERE. @throws Refused */
export function checkChangeByWords(rules: WordRules, sql: string, pieces: Piece[]): void {
  const first = pieces[0] as Piece;
  const verbs = pieces.filter((piece, at) => isKeyword(piece, ...rules.changeVerbs) && !isPartOfAnother(pieces, at));
  const [verb, second] = verbs;
  if (verb === undefined || !(isKeyword(first, "with") || first === verb)) {
    const [reason, instead] = rules.otherBeginnings[first.text] ?? [
      "Only one INSERT, UPDATE, DELETE or MERGE is run as a change.",
      "Run it as a query.",
    ];
    return refuse(sql, placeOf(first), reason, instead);
  }
  if (second !== undefined) {
    refuse(sql, placeOf(second), "Only one change is run at a time.", "Run them one after the other.");
  }
  refuseOtherInto(sql, pieces);
  if (
    isKeyword(verb, "update", "delete") &&
    !pieces.some((piece) => isKeyword(piece, "where") && piece.depth === verb.depth)
  ) {
    const words = verb.text.toUpperCase();
    refuse(
      sql,
      placeOf(verb),
      `This ${words} has no WHERE and would touch every row of the table.`,
      "Say which rows: WHERE …. If it is to be all of them, write WHERE 1 = 1.",
    );
  }
}

/** `ON DUPLICATE KEY UPDATE`, `DO UPDATE`, `WHEN MATCHED THEN DELETE`, and `replace(…)` as a function. */
const isPartOfAnother = (pieces: Piece[], at: number) =>
  isKeyword(pieces[at - 1], "key", "do", "then", "on", "or") || isSymbol(pieces[at + 1], "(");

const beforeInto = "insert replace merge ignore low_priority high_priority delayed abort fail rollback".split(" ");

function refuseOtherInto(sql: string, pieces: Piece[]): void {
  pieces.forEach((piece, at) => {
    if (!isKeyword(piece, "into") || isKeyword(pieces[at - 1], ...beforeInto)) return;
    refuse(sql, placeOf(piece), "INTO writes rows to another place.", "Leave it out.");
  });
}
