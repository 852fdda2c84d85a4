import { ensureSyntaxTree } from "@codemirror/language";
import type { EditorState } from "@codemirror/state";

/** A statement in a longer text, without the semicolon and the spaces around it. */
export interface PlacedStatement {
  sql: string;
  /** In UTF-16 units. */
  from: number;
  to: number;
}

/** So long, in milliseconds, a text is read for its statements at most; what comes later is one statement then. */
const readingMilliseconds = 200;

/** The statements of a text, by the editor's own reading of strings, comments and dollar quotes. */
export function statementsIn(state: EditorState): PlacedStatement[] {
  const tree = ensureSyntaxTree(state, state.doc.length, readingMilliseconds);
  const found: PlacedStatement[] = [];
  const add = (from: number, to: number) => {
    const raw = state.sliceDoc(from, to);
    const text = raw.replace(/[\s;]+$/, "");
    const begin = from + (text.length - text.trimStart().length);
    if (text.trim() !== "") found.push({ sql: text.trim(), from: begin, to: from + text.length });
  };
  if (!tree) {
    add(0, state.doc.length);
    return found;
  }
  for (let node = tree.topNode.firstChild; node; node = node.nextSibling) {
    if (node.name === "Statement") add(node.from, node.to);
  }
  return found;
}

/** The statement at a place: the one around it, or else the one that ended last before it. */
export function statementAt(statements: readonly PlacedStatement[], at: number): PlacedStatement | null {
  return (
    statements.find(({ from, to }) => from <= at && at <= to + 1) ??
    statements.findLast(({ from }) => from <= at) ??
    statements[0] ??
    null
  );
}

const notCode = new Set(["String", "LineComment", "BlockComment", "QuotedIdentifier"]);

/** The names of `:name` in a part of the text, in the order in which they come. */
export function parametersIn(state: EditorState, from: number, to: number): string[] {
  const text = state.sliceDoc(from, to);
  const tree = ensureSyntaxTree(state, to, readingMilliseconds);
  const names = new Set<string>();
  for (const { index, 1: name } of text.matchAll(/(?<![:\p{L}\p{N}_\]"`)]):([\p{L}_][\p{L}\p{N}_]*)/gu)) {
    const node = tree?.resolveInner(from + index, 1);
    if (name !== undefined && !notCode.has(node?.name ?? "")) names.add(name);
  }
  return [...names];
}
