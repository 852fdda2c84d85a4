import type { EngineKind, TextPlace } from "@mindmesh/contracts/query/engine";

/** A node of the parser's tree: one key, which says what it is, and what belongs to it. */
export type SyntaxNode = Record<string, unknown>;

const dialects = {
  postgres: "postgresql",
  mysql: "mysql",
  mssql: "tsql",
  sqlite: "sqlite",
  duckdb: "duckdb",
} as const satisfies Record<EngineKind, string>;

/** The parser, bound to a dialect. Loaded when it is first needed: it brings 5 MB of WebAssembly. */
export interface Parser {
  /** One statement. Null for what cannot be read, or for several statements. */
  parse(sql: string): SyntaxNode | null;
  /** An expression as SQL, in one line. */
  write(node: SyntaxNode): string;
}

/** A parser of this engine's SQL. */
export async function parserOf(engine: EngineKind): Promise<Parser> {
  const { parse, generate } = await import("@polyglot-sql/sdk");
  const dialect = dialects[engine] as Parameters<typeof parse>[1];
  return {
    parse(sql) {
      const parsed = parse(sql, dialect);
      const statements = parsed.success && Array.isArray(parsed.ast) ? (parsed.ast as SyntaxNode[]) : [];
      const [statement] = statements;
      return statements.length === 1 && statement ? statement : null;
    },
    write(node) {
      const written = generate([node], dialect);
      return written.success ? (written.sql?.[0] ?? "") : "";
    },
  };
}

const isObject = (value: unknown): value is SyntaxNode =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What a node is and what belongs to it; null for what is no node. */
export function opened(node: unknown): { kind: string; body: SyntaxNode } | null {
  if (!isObject(node)) return null;
  const [kind, ...more] = Object.keys(node);
  if (kind === undefined || more.length > 0) return null;
  const body = node[kind];
  return { kind, body: isObject(body) ? body : {} };
}

/** What belongs to a node of this kind; null for a node of another kind. */
export function as(node: unknown, kind: string): SyntaxNode | null {
  const found = opened(node);
  return found?.kind === kind ? found.body : null;
}

/** A list under a name, also where the tree has none. */
export const listOf = (value: unknown): SyntaxNode[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** An identifier's name and whether it stands in quotes. */
export interface Identifier {
  name: string;
  quoted: boolean;
  /** Where it stands, in UTF-16 units from 0, where the parser says it. */
  place: TextPlace | null;
}

export function identifier(value: unknown): Identifier | null {
  if (!isObject(value) || typeof value["name"] !== "string") return null;
  const span = value["span"];
  const place = isObject(span) ? { from: Number(span["start"]), to: Number(span["end"]) } : null;
  return { name: value["name"], quoted: value["quoted"] === true, place };
}

const queryKinds = new Set(["select", "union", "intersect", "except", "values"]);

/** Whether a node is a query of its own. */
export const isQuery = (node: unknown): boolean => queryKinds.has(opened(node)?.kind ?? "");

/** A query out of its brackets. */
export function unwrapped(node: unknown): SyntaxNode | null {
  if (!isObject(node)) return null;
  if (isQuery(node)) return node;
  const inner = as(node, "subquery") ?? as(node, "paren");
  return inner ? unwrapped(inner["this"]) : null;
}

/**
 * Visits a node and all below it, the outer one first. `enter` says whether to go on below; queries inside of expressions are
 * not entered unless it says so for them too.
 */
export function visit(node: unknown, enter: (kind: string, body: SyntaxNode, node: SyntaxNode) => boolean): void {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, enter);
    return;
  }
  if (!isObject(node)) return;
  const found = opened(node);
  if (found && isObject(node[found.kind]) && !enter(found.kind, found.body, node)) return;
  for (const [key, value] of Object.entries(node)) {
    if (key !== "span" && !key.endsWith("comments") && typeof value === "object") visit(value, enter);
  }
}

/** A column as an expression names it. */
export interface ColumnReference {
  qualifier: Identifier | null;
  column: Identifier;
}

export function columnReference(node: unknown): ColumnReference | null {
  const body = as(node, "column");
  const column = body && identifier(body["name"]);
  return column ? { qualifier: identifier(body["table"]), column } : null;
}

/** The columns that an expression names itself, not those inside of queries in it. */
export function columnsIn(node: unknown): ColumnReference[] {
  const found: ColumnReference[] = [];
  visit(node, (_kind, _body, each) => {
    if (isQuery(each)) return false;
    const reference = columnReference(each);
    if (reference) found.push(reference);
    return reference === null;
  });
  return found;
}

/** The queries that stand in an expression, not those inside of them. */
export function queriesIn(node: unknown): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  visit(node, (_kind, _body, each) => {
    if (!isQuery(each)) return true;
    found.push(each);
    return false;
  });
  return found;
}

/** The parts of a condition that must all hold. */
export function conjuncts(node: unknown): SyntaxNode[] {
  const both = as(node, "and");
  if (both) return [...conjuncts(both["left"]), ...conjuncts(both["right"])];
  const bracketed = as(node, "paren");
  if (bracketed && as(bracketed["this"], "and")) return conjuncts(bracketed["this"]);
  return isObject(node) ? [node] : [];
}

/** The parts of a condition of which one must hold. */
export function disjuncts(node: unknown): SyntaxNode[] {
  const either = as(node, "or");
  if (either) return [...disjuncts(either["left"]), ...disjuncts(either["right"])];
  const bracketed = as(node, "paren");
  if (bracketed) return disjuncts(bracketed["this"]);
  return isObject(node) ? [node] : [];
}

const aggregates = new Set([
  "count", "sum", "avg", "min", "max", "array_agg", "string_agg", "group_concat", "median", "stddev", "stddev_pop",
  "stddev_samp", "variance", "var_pop", "var_samp", "percentile_cont", "percentile_disc", "mode", "bool_and", "bool_or",
  "logical_and", "logical_or", "list_agg", "listagg", "json_agg", "jsonb_agg", "approx_distinct", "any_value", "within_group",
]); // prettier-ignore

/** An aggregate that an expression calls. */
export interface Aggregate {
  name: string;
  distinct: boolean;
  star: boolean;
  argument: SyntaxNode | null;
}

/** The aggregates in an expression, not those that run over a window, and not inside of queries in it. */
export function aggregatesIn(node: unknown): Aggregate[] {
  const found: Aggregate[] = [];
  visit(node, (kind, body, each) => {
    if (isQuery(each) || kind === "window_function") return false;
    const name = kind === "function" || kind === "aggregate_function" ? String(body["name"]).toLowerCase() : kind;
    if (!aggregates.has(name)) return true;
    const argument = body["this"] ?? listOf(body["args"])[0] ?? null;
    found.push({
      name,
      distinct: body["distinct"] === true || as(argument, "distinct") !== null,
      star: body["star"] === true || as(argument, "star") !== null,
      argument: isObject(argument) ? argument : null,
    });
    return false;
  });
  return found;
}
