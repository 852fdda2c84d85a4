import { type SqlToken, sqlTokens } from "../../sql/sql-tokens.ts";
import { nameOf } from "../../sql/token-name.ts";

/** What only the text of a CREATE TABLE tells; SQLite keeps it as it was written. */
export interface TableText {
  /** The comment on the line of the opening parenthesis. */
  comment: string | null;
  /** By column: the comment behind it on its line, or on the lines before it. */
  comments: Map<string, string>;
  checks: { name: string | null; expression: string }[];
  /** By table constraint and column of their foreign keys, in the order of the text. */
  foreignKeyNames: { name: string | null; columns: string[] }[];
}

const tableConstraint = /^(?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/i;

/** Reads the text of one CREATE TABLE. Gives what it finds; a text that it cannot read has nothing to tell. */
export function readCreateTable(sql: string): TableText {
  const tokens = sqlTokens(sql);
  const found: TableText = { comment: null, comments: new Map(), checks: [], foreignKeyNames: [] };
  const start = tokens.findIndex((token) => token.text === "(");
  if (start === -1) return found;
  let item: SqlToken[] = [];
  let waiting: string[] = [];
  let column: string | null = null;
  let depth = 0;
  const finish = () => {
    if (item.length > 0) readItem(item, sql, found);
    item = [];
  };
  for (const [index, token] of tokens.entries()) {
    if (index <= start) continue;
    if (token.kind === "comment") {
      const before = tokens[index - 1];
      const isBehind = before !== undefined && !sql.slice(before.to, token.from).includes("\n");
      const text = commentText(token.text);
      if (isBehind && before === tokens[start]) found.comment = text;
      else if (isBehind && column !== null) append(found.comments, column, text);
      else if (item.length === 0) waiting.push(text);
      continue;
    }
    if (token.text === ")" && depth === 0) break;
    if (token.text === "," && depth === 0) {
      finish();
      continue;
    }
    if (item.length === 0) {
      column = tableConstraint.test(token.text) && token.kind === "word" ? null : nameOf(token);
      if (column !== null && waiting.length > 0) append(found.comments, column, waiting.join(" "));
      waiting = [];
    }
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    item.push(token);
  }
  finish();
  return found;
}

function append(comments: Map<string, string>, column: string, text: string): void {
  const known = comments.get(column);
  comments.set(column, known === undefined ? text : `${known} ${text}`);
}

function readItem(item: SqlToken[], sql: string, found: TableText): void {
  const isTable = item[0]!.kind === "word" && tableConstraint.test(item[0]!.text);
  let name: string | null = null;
  for (const [index, token] of item.entries()) {
    if (token.kind !== "word") continue;
    const word = token.text.toUpperCase();
    if (word === "CONSTRAINT") name = item[index + 1] === undefined ? null : nameOf(item[index + 1]!);
    if (word === "CHECK") {
      const inner = parenthesized(item, index + 1);
      if (inner !== null) found.checks.push({ name, expression: sql.slice(inner.from, inner.to).trim() });
      name = null;
    }
    if (word === "FOREIGN" && isTable) {
      const columns =
        parenthesized(item, index + 2)
          ?.tokens.filter((each) => each.text !== ",")
          .map(nameOf) ?? [];
      found.foreignKeyNames.push({ name, columns });
      name = null;
    }
    if (word === "REFERENCES" && !isTable) {
      found.foreignKeyNames.push({ name, columns: [nameOf(item[0]!)] });
      name = null;
    }
  }
}

/** The tokens between the parenthesis at `index` and its partner, and where they are in the text. */
function parenthesized(item: SqlToken[], index: number): { tokens: SqlToken[]; from: number; to: number } | null {
  if (item[index]?.text !== "(") return null;
  let depth = 0;
  for (let at = index; at < item.length; at += 1) {
    if (item[at]!.text === "(") depth += 1;
    if (item[at]!.text === ")") depth -= 1;
    if (depth === 0) return { tokens: item.slice(index + 1, at), from: item[index].to, to: item[at]!.from };
  }
  return null;
}

const commentText = (text: string) =>
  text
    .replace(/^--+|^\/\*+|\*+\/$/g, "")
    .split("\n")
    .map((each) => each.replace(/^\s*\*?\s?/, "").trim())
    .join(" ")
    .trim();

/** The values of `column IN ('a', 'b')` when that is the whole of a check. */
export function enumOfCheck(expression: string): { column: string; values: string[] } | null {
  const tokens = sqlTokens(expression).filter((token) => token.kind !== "comment");
  const [column, keyword, open, ...rest] = tokens;
  if (column === undefined || !["word", "quoted"].includes(column.kind) || open?.text !== "(") return null;
  if (keyword?.text.toUpperCase() !== "IN" || rest.pop()?.text !== ")") return null;
  const isList = rest.every((token, index) => (index % 2 === 0 ? token.kind === "text" : token.text === ","));
  if (!isList || rest.length % 2 === 0) return null;
  return { column: nameOf(column), values: rest.filter((_, index) => index % 2 === 0).map(nameOf) };
}
