import { nameOf } from "../../sql/token-name.ts";
import { type SqlToken, sqlTokens } from "../../sql/sql-tokens.ts";
import { type Expression, NotUnderstood } from "./expression.ts";

// Binding strength, weakest first (PostgreSQL manual, 4.1.6; the other engines agree where checks use them).
const strengths: [string[], number][] = [
  [["OR"], 1],
  [["AND"], 2],
  [["=", "==", "<>", "!=", "<", ">", "<=", ">="], 4],
  [["||"], 6],
  [["+", "-"], 7],
  [["*", "/", "%"], 8],
];
const strengthOf = new Map(strengths.flatMap(([operators, strength]) => operators.map((each) => [each, strength])));
const notStrength = 3;
const predicateStrength = 5;
const signStrength = 9;

/**
 * Reads a CHECK or an arithmetic expression in the dialect of any of the engines.
 * @param columns the table's columns; a name that is none of them is not understood
 * @throws NotUnderstood with the part that it is about
 */
export function parseExpression(sql: string, columns: readonly string[]): Expression {
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "comment");
  const byName = new Map(columns.map((name) => [name.toLowerCase(), name]));
  let at = 0;

  const upper = (token = tokens[at]) =>
    token?.kind === "word" || token?.kind === "sign" ? token.text.toUpperCase() : "";
  const takes = (...words: string[]): boolean => {
    if (!words.every((word, index) => upper(tokens[at + index]) === word)) return false;
    at += words.length;
    return true;
  };
  const expect = (word: string) => {
    if (!takes(word)) throw unknown(tokens[at]);
  };

  function expression(strength: number): Expression {
    let left = prefix();
    for (;;) {
      const word = upper();
      const found = strengthOf.get(word);
      if (found !== undefined && found > strength) {
        at += 1;
        if (found === 4 && (upper() === "ANY" || upper() === "ALL")) left = anyOf(left, word);
        else left = { is: "both", operator: word, left, right: expression(found) };
        continue;
      }
      if (predicateStrength > strength) {
        const after = predicate(left);
        if (after !== null) {
          left = after;
          continue;
        }
      }
      return left;
    }
  }

  function prefix(): Expression {
    if (takes("NOT")) return { is: "not", of: expression(notStrength) };
    if (takes("-")) return { is: "negative", of: expression(signStrength) };
    if (takes("+")) return expression(signStrength);
    return suffixed(primary());
  }

  function suffixed(of: Expression): Expression {
    let left = of;
    for (;;) {
      if (takes("::")) left = { is: "cast", of: left, type: typeName() };
      else if (takes("COLLATE")) at += 1;
      else return left;
    }
  }

  function predicate(of: Expression): Expression | null {
    if (takes("IS")) {
      const negated = takes("NOT");
      if (takes("NULL")) return { is: "null", of, negated };
      for (const value of [true, false])
        if (takes(String(value).toUpperCase())) return { is: "truth", of, value, negated };
      throw unknown(tokens[at]);
    }
    if (takes("ISNULL")) return { is: "null", of, negated: false };
    if (takes("NOTNULL")) return { is: "null", of, negated: true };
    const mark = at;
    const negated = takes("NOT");
    if (takes("IN")) {
      expect("(");
      return { is: "in", of, list: listTo(")"), negated };
    }
    if (takes("BETWEEN")) {
      const low = expression(predicateStrength);
      expect("AND");
      return { is: "between", of, low, high: expression(predicateStrength), negated };
    }
    for (const how of ["like", "ilike", "glob", "regexp", "rlike"] as const) {
      if (takes(how.toUpperCase())) return like(of, how === "regexp" || how === "rlike" ? "iregex" : how, negated);
    }
    const signs = {
      "~": ["regex", false],
      "~*": ["iregex", false],
      "!~": ["regex", true],
      "!~*": ["iregex", true],
    } as const;
    for (const [sign, [how, isNegated]] of Object.entries(signs)) if (takes(sign)) return like(of, how, isNegated);
    const ownNames = {
      "~~": ["like", false],
      "!~~": ["like", true],
      "~~*": ["ilike", false],
      "!~~*": ["ilike", true],
    } as const;
    for (const [sign, [how, isNegated]] of Object.entries(ownNames)) if (takes(sign)) return like(of, how, isNegated);
    at = mark;
    return null;
  }

  const like = (of: Expression, how: "like" | "ilike" | "glob" | "regex" | "iregex", negated: boolean): Expression => ({
    is: "like",
    of,
    how,
    negated,
    pattern: expression(predicateStrength),
  });

  /** PostgreSQL keeps `x IN (…)` as `x = ANY (ARRAY[…])`, and `NOT IN` as `<> ALL`. */
  function anyOf(of: Expression, operator: string): Expression {
    const word = upper();
    at += 1;
    const negated = operator !== "=";
    if ((negated && (operator === "=" || word !== "ALL")) || (!negated && word !== "ANY"))
      throw unknown(tokens[at - 1]);
    expect("(");
    let depth = 0;
    while (takes("(")) depth += 1;
    expect("ARRAY");
    expect("[");
    const list = listTo("]");
    while (takes("::")) typeName();
    for (; depth > 0; depth -= 1) {
      expect(")");
      while (takes("::")) typeName();
    }
    expect(")");
    return { is: "in", of, list, negated };
  }

  function listTo(end: string): Expression[] {
    const list: Expression[] = [];
    if (takes(end)) return list;
    do list.push(expression(0));
    while (takes(","));
    expect(end);
    return list;
  }

  function typeName(): string {
    const words: string[] = [];
    while (
      tokens[at]?.kind === "word" &&
      !/^(?:AND|OR|IS|IN|NOT|LIKE|BETWEEN|THEN|ELSE|END|WHEN|COLLATE)$/.test(upper())
    ) {
      words.push(tokens[at]!.text.toLowerCase());
      at += 1;
    }
    if (tokens[at]?.kind === "quoted") words.push(nameOf(tokens[at++]!));
    if (words.length === 0) throw unknown(tokens[at]);
    if (takes("(")) listTo(")");
    if (takes("[")) expect("]");
    return words.join(" ");
  }

  function primary(): Expression {
    const token = tokens[at];
    if (token === undefined) throw unknown(token);
    at += 1;
    if (token.text === "(") {
      const inner = expression(0);
      expect(")");
      return inner;
    }
    if (token.kind === "number") return { is: "value", value: numberOf(token.text) };
    if (token.kind === "text") return { is: "value", value: nameOf(token) };
    const word = upper(token);
    if (word === "NULL") return { is: "value", value: null };
    if (word === "TRUE" || word === "FALSE") return { is: "value", value: word === "TRUE" };
    if (word === "CASE") return caseOf();
    if (word === "CAST") {
      expect("(");
      const of = expression(0);
      expect("AS");
      const type = typeName();
      expect(")");
      return { is: "cast", of, type };
    }
    // DATE '2020-01-01' and N'text', _utf8mb4'text' of SQL Server and MySQL.
    if (tokens[at]?.kind === "text" && /^(?:DATE|TIMESTAMP|TIME|N|_\w+)$/.test(word)) {
      return { is: "value", value: nameOf(tokens[at++]!) };
    }
    if (upper() === "(" && token.kind === "word") {
      at += 1;
      return { is: "call", name: word.toLowerCase(), arguments: listTo(")") };
    }
    if (/^CURRENT_(?:DATE|TIMESTAMP|TIME)$/.test(word)) return { is: "call", name: word.toLowerCase(), arguments: [] };
    if (token.kind === "word" || token.kind === "quoted") return columnOf(token);
    throw unknown(token);
  }

  function columnOf(first: SqlToken): Expression {
    let token = first;
    while (takes(".")) token = tokens[at++] ?? token;
    const name = byName.get(nameOf(token).toLowerCase());
    if (name === undefined) throw new NotUnderstood(`there is no column ${nameOf(token)}`);
    return { is: "column", name };
  }

  function caseOf(): Expression {
    const operand = upper() === "WHEN" ? null : expression(0);
    const branches: [Expression, Expression][] = [];
    while (takes("WHEN")) {
      const when = expression(0);
      expect("THEN");
      branches.push([when, expression(0)]);
    }
    const otherwise: Expression = takes("ELSE") ? expression(0) : { is: "value", value: null };
    expect("END");
    return { is: "case", operand, branches, otherwise };
  }

  const whole = expression(0);
  if (at < tokens.length) throw unknown(tokens[at]);
  return whole;
}

const unknown = (token: SqlToken | undefined) =>
  new NotUnderstood(token === undefined ? "it breaks off" : `"${token.text}" is not understood there`);

function numberOf(text: string): number | bigint {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^\d+$/.test(text) ? BigInt(text) : number;
}
