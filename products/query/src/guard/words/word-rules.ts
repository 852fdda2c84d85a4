import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Access, StatementFacts } from "../guard.ts";
import type { Token } from "../text/tokens.ts";
import type { Piece } from "./piece.ts";

export type Advice = readonly [reason: string, instead: string | null];

export interface RefusedWords {
  /** The choices for each of the keywords that follow each other. */
  phrase: ReadonlySet<string>[];
  advice: Advice;
}

/** Keywords in their order, such as `for update`; `a|b` stands for either. */
export const phrase = (words: string, advice: Advice): RefusedWords => ({
  phrase: words.split(" ").map((choices) => new Set(choices.split("|"))),
  advice,
});

/** The phrase that begins at a piece, as the index of its last piece; null where another stands there. */
export function endOfPhrase(pieces: Piece[], at: number, { phrase: words }: RefusedWords): number | null {
  for (const [offset, choices] of words.entries()) {
    const piece = pieces[at + offset];
    if (piece?.keyword !== true || !choices.has(piece.text)) return null;
  }
  return at + words.length - 1;
}

export interface RefusedFunctions {
  /** Matched against the whole name in lower case. */
  names: RegExp;
  advice: Advice;
}

/** What a dialect without a parser of its own here may and may not say. */
export interface WordRules {
  engine: EngineKind;
  /** The words that a reading statement may begin with. */
  beginnings: Record<string, StatementFacts["kind"]>;
  /** Why a statement that begins with another word is not run. */
  otherBeginnings: Record<string, Advice>;
  /** Words that may stand nowhere outside of quotes. */
  refusedWords: RefusedWords[];
  /** In queries only: the verbs of changes, which WITH may lead to. */
  changeVerbs: string[];
  functions: RefusedFunctions[];
  /** Why a table of the system may not be read. */
  secretTable(schema: string | null, name: string, somethingIsHidden: boolean): string | null;
  /** What else this dialect has. @throws Refused */
  more(sql: string, pieces: Piece[], comments: Token[], access: Access): void;
}

/** A pattern for one of several whole names; each may hold `\w*`. */
export const anyOf = (names: string): RegExp => new RegExp(`^(?:${names.trim().replaceAll(/\s+/g, "|")})$`);
