import {
  type Parser,
  type SyntaxNode,
  aggregatesIn,
  as,
  columnReference,
  disjuncts,
  isQuery,
  listOf,
  opened,
  queriesIn,
} from "../syntax/syntax-tree.ts";
import { type QueryShape, queryShape } from "../syntax/query-shape.ts";

/** What turns expressions into words: the parser for what has none, and whether columns need their table's name. */
export interface Wording {
  parser: Pick<Parser, "write">;
  qualified: boolean;
}

const aggregateWords: Record<string, string> = {
  sum: "the sum of",
  avg: "the average of",
  min: "the smallest",
  max: "the largest",
  median: "the median of",
};

const dateParts = new Set(["year", "quarter", "month", "week", "day", "hour", "minute"]);

const literal = (node: unknown): string | null => {
  const body = as(node, "literal");
  if (!body) return null;
  return body["literal_type"] === "string" ? `“${String(body["value"])}”` : String(body["value"]);
};

const textOfLiteral = (node: unknown): string | null => {
  const body = as(node, "literal");
  return body ? String(body["value"]) : null;
};

/** An expression in words; where there are none, as SQL. */
export function expressionWords(node: SyntaxNode, wording: Wording): string {
  const said = (value: unknown) => expressionWords((value ?? {}) as SyntaxNode, wording);
  const reference = columnReference(node);
  if (reference) {
    const { qualifier, column } = reference;
    return qualifier && wording.qualified ? `${qualifier.name}.${column.name}` : column.name;
  }
  const value = literal(node);
  if (value !== null) return value;
  const found = opened(node);
  if (!found) return "";
  const { kind, body } = found;
  if (kind === "paren") return said(body["this"]);
  if (kind === "star") return "all columns";
  if (isQuery(node) || (kind === "subquery" && isQuery(body["this"]))) {
    const query = queryShape(node);
    return query ? `what a query on ${sourcesOf(query)} gives` : wording.parser.write(node);
  }
  if (kind === "window_function") return windowWords(body, wording);
  const [aggregate] = aggregatesIn(node);
  const own = kind === "function" || kind === "aggregate_function" ? String(body["name"]).toLowerCase() : kind;
  if (aggregate && aggregate.name === own) {
    const filter = body["filter"] ? `, only where ${conditionWords(body["filter"] as SyntaxNode, wording)}` : "";
    if (own === "count") {
      if (aggregate.star || !aggregate.argument) return `the number of rows${filter}`;
      const counted = said(aggregate.argument);
      return aggregate.distinct
        ? `the number of different values of ${counted}${filter}`
        : `the number of rows with a value in ${counted}${filter}`;
    }
    const lead = aggregateWords[own];
    if (lead && aggregate.argument) return `${lead} ${said(aggregate.argument)}${filter}`;
  }
  if (own === "date_trunc" || own === "timestamp_trunc") {
    const [unit, of] = body["args"] ? listOf(body["args"]) : [body["unit"], body["this"]];
    const part = (textOfLiteral(unit) ?? (typeof unit === "string" ? unit : "")).toLowerCase();
    if (dateParts.has(part)) return `the ${part} of ${said(of)}`;
  }
  if (kind === "extract") return `the ${String(body["field"]).toLowerCase()} of ${said(body["this"])}`;
  if (dateParts.has(kind)) return `the ${kind} of ${said(body["this"])}`;
  if (own === "lower" || own === "upper") return `${said(body["this"])} in ${own} case`;
  if (kind === "cast" || kind === "try_cast") return said(body["this"]);
  if (kind === "coalesce") {
    const [first, ...others] = listOf(body["expressions"]).map(said);
    return `${first ?? ""} or, where it is empty, ${others.join(" or ")}`;
  }
  const sign = { add: "+", sub: "−", mul: "×", div: "÷" }[kind];
  if (sign) return `${said(body["left"])} ${sign} ${said(body["right"])}`;
  if (kind === "current_timestamp" || own === "now") return "now";
  if (kind === "current_date") return "today";
  return wording.parser.write(node);
}

function windowWords(body: SyntaxNode, wording: Wording): string {
  const over = (body["over"] ?? {}) as SyntaxNode;
  const said = (each: unknown) => expressionWords((each ?? {}) as SyntaxNode, wording);
  const partition = listOf(over["partition_by"]).map(said);
  const order = listOf(over["order_by"]).map(
    (each) => `${said(each["this"])}${each["desc"] === true ? ", highest first" : ""}`,
  );
  const inner = opened(body["this"]);
  const names: Record<string, string> = {
    row_number: "a running number",
    rank: "the rank",
    dense_rank: "the rank without gaps",
    lag: "the value of the row before",
    lead: "the value of the row after",
    ntile: "the number of its share",
  };
  const what = names[inner?.kind ?? ""] ?? expressionWords((body["this"] ?? {}) as SyntaxNode, wording);
  const within = partition.length > 0 ? ` within each ${partition.join(" and ")}` : " over all rows";
  return `${what}${within}${order.length > 0 ? `, in the order of ${order.join(", then ")}` : ""}`;
}

const comparisons: Record<string, string> = {
  eq: "is",
  neq: "is not",
  gt: "is more than",
  gte: "is at least",
  lt: "is less than",
  lte: "is at most",
  null_safe_neq: "is another value than",
  null_safe_eq: "is the same as",
};

/** A condition in words. */
export function conditionWords(node: SyntaxNode, wording: Wording): string {
  const said = (value: unknown) => expressionWords((value ?? {}) as SyntaxNode, wording);
  const either = disjuncts(node);
  if (either.length > 1) return either.map((each) => conditionWords(each, wording)).join(", or ");
  const found = opened(node);
  if (!found) return "";
  const { kind, body } = found;
  if (kind === "paren") return conditionWords((body["this"] ?? {}) as SyntaxNode, wording);
  if (kind === "and") {
    return `${conditionWords(body["left"] as SyntaxNode, wording)} and ${conditionWords(body["right"] as SyntaxNode, wording)}`;
  }
  const compared = comparisons[kind];
  if (compared) return `${said(body["left"])} ${compared} ${said(body["right"])}`;
  const not = body["not"] === true ? "not " : "";
  switch (kind) {
    case "not": {
      const inside = opened(body["this"]);
      if (inside?.kind === "exists") return existsWords(inside.body, "no");
      return `not so that ${conditionWords((body["this"] ?? {}) as SyntaxNode, wording)}`;
    }
    case "exists":
      return existsWords(body, body["not"] === true ? "no" : "a");
    case "is_null":
      return `${said(body["this"])} ${not ? "has a value" : "is empty"}`;
    case "between":
      return `${said(body["this"])} is ${not}between ${said(body["low"])} and ${said(body["high"])}`;
    case "in": {
      const [query] = queriesIn(body["query"]);
      const shape = query && queryShape(query);
      const among = shape
        ? `among what a query on ${sourcesOf(shape)} gives`
        : `one of ${listed(listOf(body["expressions"]).map(said))}`;
      return `${said(body["this"])} is ${not}${among}`;
    }
    case "like":
    case "i_like":
      return `${said(body["left"])} ${likeWords(textOfLiteral(body["right"]), said(body["right"]))}${kind === "i_like" ? ", in any case" : ""}`;
    default:
      return wording.parser.write(node);
  }
}

const existsWords = (body: SyntaxNode, article: "a" | "no") => {
  const [query] = queriesIn(body["this"]);
  const shape = query && queryShape(query);
  return shape ? `there is ${article} row in ${sourcesOf(shape)} that belongs to it` : `there is ${article} such row`;
};

function likeWords(pattern: string | null, said: string): string {
  if (pattern === null) return `fits the pattern ${said}`;
  const core = pattern.replace(/^%+|%+$/g, "");
  if (/[%_]/.test(core)) return `fits the pattern “${pattern}”`;
  const [before, after] = [pattern.startsWith("%"), pattern.endsWith("%")];
  if (before && after) return `contains “${core}”`;
  if (before) return `ends with “${core}”`;
  return after ? `begins with “${core}”` : `is “${core}”`;
}

/** The first few of a list, and how many more there are. */
export function listed(items: string[], most = 5): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

const sidesWithin = (query: QueryShape): QueryShape[] =>
  query.kind === "set" ? [query.left, query.right].flatMap(sidesWithin) : [query];

/** What a query reads, by name. */
export function sourcesOf(query: QueryShape): string {
  if (query.kind === "values") return "a list of values";
  if (query.kind === "set") {
    const names = [...new Set(sidesWithin(query).map(sourcesOf))];
    return names.length > 2 ? listed(names) : names.join(" and ");
  }
  const names = query.sources.map(
    ({ name, alias, query: inside }) => name?.name ?? alias?.name ?? (inside ? sourcesOf(inside) : "a function"),
  );
  return names.length > 0 ? listed(names) : "no table";
}
