export interface SqlToken {
  kind: "word" | "quoted" | "text" | "number" | "sign" | "comment";
  text: string;
  /** UTF-16 units from 0. */
  from: number;
  to: number;
}

// In the order of https://www.sqlite.org/lang_keywords.html and lang_expr.html; an end that is missing goes to the end of the text.
const pattern =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>'(?:[^']|'')*(?:'|$))|(?<quoted>"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)|(?<!\bARRAY\s*)\[[^\]'][^\]]*\])|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<sign>::|!?~~?\*?|\|\||<=|>=|<>|!=|==|<<|>>|\S)/giu;

/** The words and signs of a text in the dialects of the engines, comments included. Never throws. */
export function sqlTokens(sql: string): SqlToken[] {
  return [...sql.matchAll(pattern)].map((match) => {
    const groups = match.groups as Record<SqlToken["kind"], string | undefined>;
    const kind = (Object.keys(groups) as SqlToken["kind"][]).find((each) => groups[each] !== undefined) ?? "sign";
    return { kind, text: match[0], from: match.index, to: match.index + match[0].length };
  });
}
