import type { ObjectName } from "../guard.ts";
import { refuse } from "../refused.ts";
import { isName, isSymbol, type Piece, placeOf } from "./piece.ts";
import { endOfPhrase, type RefusedWords, type WordRules } from "./word-rules.ts";

/** @throws Refused at the first phrase that may stand nowhere outside of quotes */
export function refusePhrases(sql: string, pieces: Piece[], refused: RefusedWords[]): void {
  pieces.forEach((piece, at) => {
    if (!piece.keyword) return;
    for (const words of refused) {
      const end = endOfPhrase(pieces, at, words);
      if (end !== null) refuse(sql, placeOf(piece, pieces[end]), ...words.advice);
    }
  });
}

/** Keywords that stand before a parenthesis without being a function. */
const noFunctions = new Set(
  `all and any apply array as between by case check cross default distinct else except exclude exists filter for force
   from full group having ignore in index inner insert intersect interval into is join key lateral left like limit
   materialized not on option or order outer over partition percent pivot primary references returning right row rows
   select set some table then top union unpivot use using values when where window with within`.split(/\s+/),
);

const longest = 10_000_000;
const longTexts = new Set(["repeat", "space", "lpad", "rpad", "replicate", "zeroblob", "randomblob"]);

/** Every function that is called. @throws Refused at one that may not be */
export function calledFunctions(sql: string, pieces: Piece[], rules: WordRules): ObjectName[] {
  const called = new Map<string, ObjectName>();
  pieces.forEach((piece, at) => {
    if (!isSymbol(pieces[at + 1], "(") || !mayBeFunction(piece)) return;
    const schema = isSymbol(pieces[at - 1], ".") && isName(pieces[at - 2]) ? (pieces[at - 2]?.text ?? null) : null;
    if (schema === null && piece.keyword && noFunctions.has(piece.text)) return;
    const lower = piece.text.toLowerCase();
    const denial = rules.functions.find(({ names }) => names.test(lower));
    if (denial !== undefined) {
      const [reason, instead] = denial.advice;
      refuse(sql, placeOf(piece), `${lower}() may not be called here. ${reason}`, instead);
    }
    if (longTexts.has(lower)) refuseHugeArgument(sql, pieces, at);
    called.set(`${schema ?? ""}.${lower}`, { schema, name: piece.text });
  });
  return [...called.values()];
}

/** With another setting MySQL takes `"…"` for a name. */
const mayBeFunction = (piece: Piece) => isName(piece) || piece.kind === "text";

function refuseHugeArgument(sql: string, pieces: Piece[], at: number): void {
  const depth = pieces[at]?.depth ?? 0;
  for (let next = at + 2; next < pieces.length && (pieces[next]?.depth ?? 0) > depth; next += 1) {
    const piece = pieces[next] as Piece;
    if (piece.kind === "number" && Number(piece.text) > longest) {
      refuse(sql, placeOf(piece), "It would make a text of many million characters.", "Make it shorter.");
    }
  }
}
