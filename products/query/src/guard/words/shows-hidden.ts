import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { HiddenHere } from "../guard.ts";
import { Refused } from "../refused.ts";
import { refuseHidden } from "./hidden-by-words.ts";
import { piecesOf } from "./piece.ts";

/**
 * Whether a text that the database keeps (the statement of a view, the body of a function) names a hidden table, or could show a hidden
 * column of one it names. By words alone, so that it may say yes where a tree would say no: `*` counts, whatever it stood for when the view
 * was made.
 */
export function showsHidden(text: string, engine: EngineKind, hidden: readonly HiddenHere[]): boolean {
  // Which other columns there are would only be said in a refusal, and nobody reads this one.
  const tables = hidden.map(({ schema, table }) => ({ schema, name: table, columns: [] }));
  try {
    refuseHidden(text, piecesOf(text, engine).pieces, { engine, hidden, searchPath: [], tables });
    return false;
  } catch (error) {
    if (error instanceof Refused) return true;
    throw error;
  }
}

/** All that may be a name in a text, in lower case. SQLite and MySQL may take a string for one. */
export function namesIn(text: string, engine: EngineKind): string[] {
  const names = piecesOf(text, engine).pieces.filter(
    ({ kind }) => kind === "word" || kind === "name" || kind === "text",
  );
  return [...new Set(names.map((piece) => piece.text.toLowerCase()))];
}
