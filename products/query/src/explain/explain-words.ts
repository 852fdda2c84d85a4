import type { ExplanationPart, StatementWords } from "@mindmesh/contracts/query/explain";
import type { JoinKind, QueryShape, SelectShape, SetShape, Source } from "../syntax/query-shape.ts";
import { type Parser, type SyntaxNode, aggregatesIn, as } from "../syntax/syntax-tree.ts";
import { type Wording, conditionWords, expressionWords, listed, sourcesOf } from "./expression-words.ts";

/** What a query does, in plain words: what it reads, joins, keeps, groups, computes, orders and gives, one named query after the other. */
export function explainWords(query: QueryShape, parser: Pick<Parser, "write">): StatementWords {
  return { summary: `${summary(query, parser)}.`, parts: shortened(partsOf(query, parser, null)) };
}

/** A statement made by a program can have thousands of steps; nobody reads so many, and a page does not show them. */
const mostParts = 150;
const mostLines = 500;

function shortened(parts: ExplanationPart[]): ExplanationPart[] {
  const kept = parts.slice(0, mostParts).map((part) => ({ ...part, lines: atMost(part.lines) }));
  const left = parts.length - kept.length;
  if (left === 0) return kept;
  const lines = [`The statement has ${left} further steps; only the first ${mostParts} are put into words.`];
  return [...kept, { title: "And more", lines, of: null }];
}

const atMost = (lines: string[]) =>
  lines.length <= mostLines ? lines : [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more`];

const wordingOf = (query: QueryShape, parser: Pick<Parser, "write">): Wording => ({
  parser,
  qualified: query.kind === "select" && query.sources.length > 1,
});

function partsOf(query: QueryShape, parser: Pick<Parser, "write">, of: string | null): ExplanationPart[] {
  const named = query.named.flatMap((each) => {
    const parts = partsOf(each.query, parser, each.name.name);
    if (!each.recursive) return parts;
    const lines = [`${each.name.name} builds on its own rows until no new ones come.`];
    return [{ title: "Repeats", lines, of: each.name.name }, ...parts];
  });
  if (query.kind === "values") return [...named, { title: "Gives", lines: [`${query.rows} rows written out.`], of }];
  const own = query.kind === "set" ? setParts(query, parser, of) : selectParts(query, parser, of);
  return [...named, ...own, ...endParts(query, wordingOf(query, parser), of)];
}

const setWords = {
  union: ["Puts the rows of both together", "Puts the rows of all parts together"],
  intersect: ["Keeps the rows that both have", "Keeps the rows that all parts have"],
  except: [
    "Keeps the rows of the first that the second does not have",
    "Keeps the rows of the first that no other part has",
  ],
} as const;

function setParts(query: SetShape, parser: Pick<Parser, "write">, of: string | null): ExplanationPart[] {
  const sides = sidesOf(query);
  const labels = sides.length === 2 ? ["first part", "second part"] : sides.map((_, at) => `part ${at + 1}`);
  const label = (side: string) => (of === null ? side : `${of}, ${side}`);
  const words = setWords[query.operation][sides.length === 2 ? 0 : 1];
  return [
    ...sides.flatMap((side, at) => partsOf(side, parser, label(labels[at] ?? ""))),
    { title: "Combines", lines: [`${words}${query.all ? ", each as often as it comes." : ", each once."}`], of },
  ];
}

/** What one operation puts together: `a UNION b UNION c` is read as (a, b), c, and is three parts to people. */
function sidesOf(query: SetShape): QueryShape[] {
  const sides: QueryShape[] = [];
  let first: QueryShape = query;
  while (first.kind === "set" && (first === query || isPlainPart(first, query))) {
    sides.unshift(first.right);
    first = first.left;
  }
  return [first, ...sides];
}

const isPlainPart = (inner: SetShape, outer: SetShape) =>
  inner.operation === outer.operation &&
  inner.all === outer.all &&
  inner.named.length === 0 &&
  inner.order.length === 0 &&
  inner.limit === null &&
  inner.offset === null;

const joinWords: Record<JoinKind, string> = {
  from: "",
  comma: "every combination of rows",
  inner: "only rows with a match on both sides",
  left: "rows without a match stay, with this side empty",
  right: "all rows of this side stay, also without a match",
  full: "rows of both sides stay, also without a match",
  cross: "every combination of rows",
  natural: "rows that agree in all columns of the same name",
};

function selectParts(query: SelectShape, parser: Pick<Parser, "write">, of: string | null): ExplanationPart[] {
  const wording = wordingOf(query, parser);
  const said = (node: SyntaxNode) => expressionWords(node, wording);
  const [first, ...joined] = query.sources;
  const inside = query.sources.flatMap((source) =>
    source.query ? partsOf(source.query, parser, source.alias?.name ?? "inner query") : [],
  );
  const parts: { title: string; lines: string[] }[] = [];
  if (first) parts.push({ title: "Reads", lines: [sourceWords(first)] });
  if (joined.length > 0) {
    const lines = joined.map((source) => {
      const on = [
        ...source.on.map((each) => conditionWords(each, wording)),
        ...source.using.map(({ name }) => `both have the same ${name}`),
      ];
      const isCombined = source.join === "comma" && query.where.length > 0;
      const how = isCombined
        ? "every combination of rows that the conditions below let through"
        : joinWords[source.join];
      return `${sourceWords(source)}: ${how}${on.length > 0 ? `, where ${on.join(" and ")}` : ""}`;
    });
    parts.push({ title: "Joins", lines });
  }
  if (query.where.length > 0) {
    parts.push({ title: "Keeps rows where", lines: query.where.map((each) => conditionWords(each, wording)) });
  }
  if (query.groupBy.length > 0) {
    parts.push({
      title: "Makes one row for each",
      lines: query.groupBy.map((each) => withoutArticle(said(behindNumber(each, query)))),
    });
  }
  if (query.having.length > 0) {
    parts.push({ title: "Keeps groups where", lines: query.having.map((each) => conditionWords(each, wording)) });
  }
  const outputs = query.outputs.map(({ node, alias, star }) => {
    if (star) return star.qualifier ? `all columns of ${star.qualifier.name}` : "all columns";
    const words = said(node);
    return alias && alias.name !== words ? `${words}, as ${alias.name}` : words;
  });
  parts.push({ title: "Shows", lines: outputs });
  if (query.distinct) {
    const by = query.distinctOn.map(said);
    parts.push({
      title: "Drops repeats",
      lines: [by.length > 0 ? `One row for each ${by.join(" and ")}.` : "Each row is shown once."],
    });
  }
  return [...inside, ...parts.map((part) => ({ ...part, of }))];
}

/** `GROUP BY 1` and `ORDER BY 1` mean a column by its place. */
function behindNumber(node: SyntaxNode, query: QueryShape): SyntaxNode {
  const number = as(node, "literal");
  if (query.kind !== "select" || !number || number["literal_type"] !== "number") return node;
  return query.outputs[Number(number["value"]) - 1]?.node ?? node;
}

function endParts(query: QueryShape, wording: Wording, of: string | null): ExplanationPart[] {
  const parts: ExplanationPart[] = [];
  if (query.order.length > 0) {
    const lines = query.order.map(({ node, descending }) => {
      const words = expressionWords(behindNumber(node, query), wording);
      return `${words}, ${descending ? "highest or latest first" : "lowest or earliest first"}`;
    });
    parts.push({ title: "Orders by", lines, of });
  }
  const limit = query.limit && expressionWords(query.limit, wording);
  const offset = query.offset && expressionWords(query.offset, wording);
  const lines = [
    ...(limit ? [`At most ${limit} ${limit === "1" ? "row" : "rows"}.`] : []),
    ...(offset ? [`The first ${offset} are read and thrown away.`] : []),
    ...(limit && query.order.length === 0 ? ["Without an order, which rows these are is left to the database."] : []),
  ];
  if (lines.length > 0) parts.push({ title: "Gives", lines, of });
  return parts;
}

function sourceWords({ kind, schema, name, alias, query }: Source): string {
  const as = alias && alias.name !== name?.name ? `, called ${alias.name}` : "";
  if (kind === "table" && name) return `${schema ? `${schema.name}.` : ""}${name.name}${as}`;
  if (kind === "query" && query) return `what a query on ${sourcesOf(query)} gives${as}`;
  if (kind === "values") return `a list of values${as}`;
  return `what a function gives${as}`;
}

function summary(query: QueryShape, parser: Pick<Parser, "write">): string {
  if (query.kind === "values") return `Gives ${query.rows} rows that are written out`;
  const wording = wordingOf(query, parser);
  const end = query.limit
    ? `, ${query.order.length > 0 ? "the first" : "at most"} ${expressionWords(query.limit, wording)}${query.order.length > 0 ? ` by ${orderWords(query, wording)}` : ""}`
    : query.order.length > 0
      ? `, ordered by ${orderWords(query, wording)}`
      : "";
  if (query.kind === "set")
    return `${setWords[query.operation][sidesOf(query).length === 2 ? 0 : 1]}: from ${sourcesOf(query)}${end}`;
  const where =
    query.where.length > 0
      ? ` where ${listed(
          query.where.map((each) => conditionWords(each, wording)),
          3,
        )}`
      : "";
  const from = query.sources.length > 0 ? ` from ${sourcesOf(query)}` : "";
  const groups = query.groupBy.map((each) => withoutArticle(expressionWords(behindNumber(each, query), wording)));
  const computed = query.outputs
    .filter(({ node }) => aggregatesIn(node).length > 0)
    .map(({ node }) => expressionWords(node, wording));
  if (computed.length > 0 || groups.length > 0) {
    const what = computed.length > 0 ? listed(computed, 3) : "the different values";
    return `Gives ${what}${groups.length > 0 ? ` for each ${listed(groups, 3)}` : ""}${from}${where}${end}`;
  }
  const what = query.outputs.some(({ star }) => star)
    ? "all columns"
    : listed(
        query.outputs.map(({ node }) => expressionWords(node, wording)),
        4,
      );
  return `Shows ${what}${from}${where}${end}`;
}

function orderWords(query: QueryShape, wording: Wording): string {
  const [first] = query.order;
  if (!first) return "";
  return `${expressionWords(behindNumber(first.node, query), wording)}${first.descending ? ", highest first" : ""}`;
}

/** `each` stands before it. */
const withoutArticle = (words: string) => words.replace(/^the /, "");
