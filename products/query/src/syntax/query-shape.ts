import {
  type Identifier,
  type SyntaxNode,
  as,
  conjuncts,
  identifier,
  isQuery,
  listOf,
  opened,
  queriesIn,
  unwrapped,
} from "./syntax-tree.ts";

export type JoinKind = "from" | "inner" | "left" | "right" | "full" | "cross" | "natural" | "comma";

/** What a query reads from: a table, a query of its own, or what a function or a list of values gives. */
export interface Source {
  kind: "table" | "query" | "function" | "values";
  schema: Identifier | null;
  /** Of a table. */
  name: Identifier | null;
  alias: Identifier | null;
  columnAliases: Identifier[];
  query: QueryShape | null;
  node: SyntaxNode;
  join: JoinKind;
  on: SyntaxNode[];
  using: Identifier[];
}

export interface Output {
  node: SyntaxNode;
  alias: Identifier | null;
  /** `*`, or `t.*` with the name before it. */
  star: { qualifier: Identifier | null } | null;
}

export interface Order {
  node: SyntaxNode;
  descending: boolean;
}

export interface NamedQuery {
  name: Identifier;
  columnAliases: Identifier[];
  query: QueryShape;
  recursive: boolean;
}

interface Ending {
  named: NamedQuery[];
  order: Order[];
  limit: SyntaxNode | null;
  offset: SyntaxNode | null;
  node: SyntaxNode;
}

export interface SelectShape extends Ending {
  kind: "select";
  sources: Source[];
  outputs: Output[];
  distinct: boolean;
  distinctOn: SyntaxNode[];
  /** Conditions that must all hold. */
  where: SyntaxNode[];
  groupBy: SyntaxNode[];
  having: SyntaxNode[];
  /** Queries inside of its expressions. */
  inner: QueryShape[];
}

export interface SetShape extends Ending {
  kind: "set";
  operation: "union" | "intersect" | "except";
  all: boolean;
  left: QueryShape;
  right: QueryShape;
}

export interface ValuesShape extends Ending {
  kind: "values";
  rows: number;
}

/** A reading statement, the same for every dialect: what the pages about explaining, checking and optimising look at. */
export type QueryShape = SelectShape | SetShape | ValuesShape;

/** The shape of a query; null for a statement that is none, such as an UPDATE. */
export function queryShape(statement: SyntaxNode): QueryShape | null {
  const node = unwrapped(statement);
  const found = opened(node);
  if (!node || !found) return null;
  const { kind, body } = found;
  const ending: Ending = {
    named: namedQueries(body["with"]),
    order: orders(body["order_by"]),
    limit: inner(body["limit"]) ?? inner(body["top"]) ?? inner((body["fetch"] as SyntaxNode | null)?.["count"]),
    offset: inner(body["offset"]),
    node,
  };
  if (kind === "values") return { kind: "values", rows: listOf(body["expressions"]).length, ...ending };
  if (kind === "union" || kind === "intersect" || kind === "except") {
    const left = queryShape((body["left"] ?? {}) as SyntaxNode);
    const right = queryShape((body["right"] ?? {}) as SyntaxNode);
    if (!left || !right) return null;
    return { kind: "set", operation: kind, all: body["all"] === true, left, right, ...ending };
  }
  const where = conjuncts((body["where_clause"] as SyntaxNode | null)?.["this"]);
  const having = conjuncts((body["having"] as SyntaxNode | null)?.["this"]);
  const outputs = listOf(body["expressions"]).map(readOutput);
  const groupBy = listOf((body["group_by"] as SyntaxNode | null)?.["expressions"]);
  const sources = [
    ...listOf((body["from"] as SyntaxNode | null)?.["expressions"]).map((each, index) =>
      readSource(each, index === 0 ? "from" : "comma"),
    ),
    ...listOf(body["joins"]).map(readJoin),
  ];
  const expressions = [outputs.map((each) => each.node), where, groupBy, having, sources.map((each) => each.on)];
  return {
    kind: "select",
    sources,
    outputs,
    distinct: body["distinct"] === true,
    distinctOn: listOf(body["distinct_on"]),
    where,
    groupBy,
    having,
    inner: queriesIn([expressions, ending.order.map((each) => each.node)]).flatMap((each) => queryShape(each) ?? []),
    ...ending,
  };
}

/** `LIMIT 5` is kept as the 5 itself or wrapped, by dialect. */
function inner(value: unknown): SyntaxNode | null {
  if (typeof value !== "object" || value === null) return null;
  if (opened(value) && !("this" in value)) return value as SyntaxNode;
  const wrapped = (value as SyntaxNode)["this"];
  return typeof wrapped === "object" && wrapped !== null ? (wrapped as SyntaxNode) : null;
}

function namedQueries(value: unknown): NamedQuery[] {
  if (typeof value !== "object" || value === null) return [];
  const all = value as SyntaxNode;
  return listOf(all["ctes"]).flatMap((each) => {
    const name = identifier(each["alias"]);
    const query = queryShape((each["this"] ?? {}) as SyntaxNode);
    if (!name || !query) return [];
    const columnAliases = listOf(each["columns"]).flatMap((column) => identifier(column) ?? []);
    return [{ name, query, columnAliases, recursive: all["recursive"] === true }];
  });
}

const orders = (value: unknown): Order[] =>
  listOf((value as SyntaxNode | null)?.["expressions"]).flatMap((each) => {
    const node = each["this"];
    if (typeof node !== "object" || node === null) return [];
    return [{ node: node as SyntaxNode, descending: each["desc"] === true }];
  });

function readOutput(node: SyntaxNode): Output {
  const aliased = as(node, "alias");
  const inside = aliased ? ((aliased["this"] ?? {}) as SyntaxNode) : node;
  const star = as(inside, "star");
  return {
    node: inside,
    alias: aliased ? identifier(aliased["alias"]) : null,
    star: star ? { qualifier: identifier(star["table"]) } : null,
  };
}

const joinKinds: Record<string, JoinKind> = {
  Inner: "inner",
  Left: "left",
  LeftOuter: "left",
  Right: "right",
  RightOuter: "right",
  Full: "full",
  FullOuter: "full",
  Outer: "full",
  Cross: "cross",
  Natural: "natural",
  NaturalLeft: "natural",
  NaturalRight: "natural",
  NaturalFull: "natural",
  Implicit: "comma",
};

function readJoin(join: SyntaxNode): Source {
  const source = readSource((join["this"] ?? {}) as SyntaxNode, joinKinds[String(join["kind"])] ?? "inner");
  source.on = conjuncts(join["on"]);
  source.using = listOf(join["using"]).flatMap((each) => identifier(each) ?? []);
  return source;
}

function readSource(node: SyntaxNode, join: JoinKind): Source {
  const empty = {
    schema: null,
    name: null,
    alias: null,
    columnAliases: [],
    query: null,
    node,
    join,
    on: [],
    using: [],
  };
  const found = opened(node);
  if (!found) return { ...empty, kind: "function" };
  const { kind, body } = found;
  const alias = identifier(body["alias"]);
  const columnAliases = listOf(body["column_aliases"]).flatMap((each) => identifier(each) ?? []);
  if (kind === "table") {
    return {
      ...empty,
      kind: "table",
      schema: identifier(body["schema"]),
      name: identifier(body["name"]),
      alias,
      columnAliases,
    };
  }
  if (kind === "alias") {
    return { ...readSource((body["this"] ?? {}) as SyntaxNode, join), alias, columnAliases, node };
  }
  const inside = (body["this"] ?? node) as SyntaxNode;
  if (kind === "paren" && !isQuery(inside)) return { ...readSource(inside, join), node };
  if (as(inside, "values")) return { ...empty, kind: "values", alias, columnAliases };
  const query = isQuery(node) || kind === "subquery" || kind === "paren" ? queryShape(node) : null;
  if (query) return { ...empty, kind: "query", query, alias, columnAliases };
  return { ...empty, kind: "function", alias, columnAliases };
}

/** Every SELECT in a query, the outer one first. */
export function selectsIn(shape: QueryShape): SelectShape[] {
  const named = shape.named.flatMap(({ query }) => selectsIn(query));
  if (shape.kind === "values") return named;
  if (shape.kind === "set") return [...selectsIn(shape.left), ...selectsIn(shape.right), ...named];
  const sources = shape.sources.flatMap(({ query }) => (query ? selectsIn(query) : []));
  return [shape, ...sources, ...shape.inner.flatMap(selectsIn), ...named];
}
