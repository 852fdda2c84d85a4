import type { Catalog, CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { EngineKind, TextPlace } from "@mindmesh/contracts/query/engine";
import { type QueryShape, type SelectShape, type Source } from "./query-shape.ts";
import { type ColumnReference, type Identifier, as, columnsIn } from "./syntax-tree.ts";

/** A name of the statement that the schema does not have. */
export interface NameProblem {
  name: string;
  message: string;
  place: TextPlace | null;
}

/** What a name in FROM stands for. */
export interface Binding {
  /** By which the rest of the statement calls it. */
  name: string;
  /** Null for what is no table of the catalogue: a query, a function, a list of values. */
  table: CatalogTable | null;
  source: Source;
  /** Names of its columns as they are looked up; null when nobody can tell. */
  columns: string[] | null;
}

export interface ResolvedColumn {
  binding: Binding;
  table: CatalogTable;
  column: CatalogColumn;
}

export interface ResolvedSelect {
  shape: SelectShape;
  bindings: Binding[];
  /** The column of a table that an expression is, and nothing more than that. */
  columnOf(node: unknown): ResolvedColumn | null;
  /** The columns of tables in an expression. */
  columnsOf(node: unknown): ResolvedColumn[];
}

export interface ResolvedQuery {
  selects: ResolvedSelect[];
  tables: CatalogTable[];
  problems: NameProblem[];
}

/** How an engine compares names: PostgreSQL folds what is not quoted to lower case, the others ignore case. */
export function foldName(engine: EngineKind, { name, quoted }: Identifier): string {
  return engine === "postgres" && quoted ? name : name.toLowerCase();
}

const folded = (engine: EngineKind, name: string) => (engine === "postgres" ? name : name.toLowerCase());

/**
 * Binds the names of a statement to the catalogue. What the catalogue does not have is a problem with a place and with the
 * name that was likely meant; a name that could belong to something nobody can look into is let pass.
 */
export function resolveNames(shape: QueryShape, catalog: Catalog, engine: EngineKind): ResolvedQuery {
  const byName = new Map<string, CatalogTable[]>();
  for (const table of catalog.tables) {
    const key = folded(engine, table.name);
    byName.set(key, [...(byName.get(key) ?? []), table]);
  }
  const path = catalog.searchPath.map((each) => folded(engine, each));
  const selects: ResolvedSelect[] = [];
  const tables = new Set<CatalogTable>();
  const problems: NameProblem[] = [];
  type Named = Map<string, string[] | null>;

  function findTable(source: Source): CatalogTable | null {
    if (!source.name) return null;
    const found = byName.get(foldName(engine, source.name)) ?? [];
    const { schema } = source;
    if (schema) return found.find((each) => folded(engine, each.schema) === foldName(engine, schema)) ?? null;
    const rank = (each: CatalogTable) => path.indexOf(folded(engine, each.schema)) + 1 || 1000;
    const [first] = found.toSorted((a, b) => rank(a) - rank(b));
    return first && (path.length === 0 || rank(first) < 1000 || found.length === 1) ? first : null;
  }

  function bind(source: Source, named: Named, outer: Binding[]): Binding {
    const own = source.alias ?? source.name;
    const name = own ? foldName(engine, own) : "";
    const given = source.columnAliases.map((each) => foldName(engine, each));
    const binding: Binding = { name, table: null, source, columns: given.length > 0 ? given : null };
    if (source.kind === "query" && source.query) {
      const columns = walk(source.query, named, outer);
      if (given.length === 0) binding.columns = columns;
    }
    if (source.kind !== "table" || !source.name) return binding;
    const inStatement = source.schema === null ? named.get(foldName(engine, source.name)) : undefined;
    if (inStatement !== undefined) return { ...binding, columns: given.length > 0 ? given : inStatement };
    const table = findTable(source);
    if (table) {
      tables.add(table);
      return { ...binding, table, columns: table.columns.map((each) => folded(engine, each.name)) };
    }
    if (isSystem(engine, source)) return binding;
    const written = [source.schema?.name, source.name.name].filter(Boolean).join(".");
    const near = nearest(
      source.name.name,
      catalog.tables.map((each) => each.name),
    );
    problems.push({
      name: written,
      message: `There is no table ${written} in the schema${near ? `; did you mean ${near}?` : "."}`,
      place: source.name.place,
    });
    return binding;
  }

  /** Walks a query and gives the names of its columns; null when nobody can tell them. */
  function walk(query: QueryShape, outerNamed: Named, outer: Binding[]): string[] | null {
    const named: Named = new Map(outerNamed);
    for (const each of query.named) {
      const name = foldName(engine, each.name);
      const given = each.columnAliases.map((column) => foldName(engine, column));
      if (each.recursive) named.set(name, given.length > 0 ? given : null);
      const columns = walk(each.query, named, outer);
      named.set(name, given.length > 0 ? given : columns);
    }
    if (query.kind === "values") return null;
    if (query.kind === "set") {
      const columns = walk(query.left, named, outer);
      walk(query.right, named, outer);
      return columns;
    }
    const bindings: Binding[] = [];
    for (const source of query.sources) bindings.push(bind(source, named, [...bindings, ...outer]));
    const visible = [...bindings, ...outer];
    const outputNames = new Set(query.outputs.flatMap(({ alias }) => (alias ? [foldName(engine, alias)] : [])));

    const find = ({ qualifier, column }: ColumnReference): { binding: Binding; name: string } | null => {
      const name = foldName(engine, column);
      const candidates = qualifier
        ? visible.filter((each) => each.name === foldName(engine, qualifier)).slice(0, 1)
        : visible;
      const binding = candidates.find((each) => each.columns?.includes(name));
      return binding ? { binding, name } : null;
    };
    const resolve = (reference: ColumnReference | null): ResolvedColumn | null => {
      const found = reference && find(reference);
      const table = found?.binding.table;
      const column = table?.columns.find((each) => folded(engine, each.name) === found?.name);
      return found && table && column ? { binding: found.binding, table, column } : null;
    };
    const check = (reference: ColumnReference, alsoOutputs: boolean) => {
      if (find(reference)) return;
      const { qualifier, column } = reference;
      const name = foldName(engine, column);
      if (/^[@:?$]/.test(name) || (alsoOutputs && !qualifier && outputNames.has(name))) return;
      const named = qualifier && visible.find((each) => each.name === foldName(engine, qualifier));
      if (qualifier && !named) {
        // `schema.table.column`, or a composite value: only the database can tell.
        if (visible.some((each) => each.table && folded(engine, each.table.name) === foldName(engine, qualifier)))
          return;
        problems.push({
          name: qualifier.name,
          message: `${qualifier.name}.${column.name}: nothing in FROM is called ${qualifier.name}.`,
          place: qualifier.place,
        });
        return;
      }
      const searched = named ? [named] : visible;
      if (searched.length === 0 && keywords.has(name)) return;
      if (searched.some((each) => each.columns === null)) return;
      if (keywords.has(name) || isRowItself(name, visible)) return;
      const near = nearest(
        column.name,
        searched.flatMap((each) => each.columns ?? []),
      );
      const where = searched.map((each) => each.table?.name ?? each.name).join(", ");
      problems.push({
        name: column.name,
        message: `There is no column ${column.name} in ${where || "the statement"}${near ? `; did you mean ${near}?` : "."}`,
        place: column.place,
      });
    };

    const strict = [query.outputs.filter((each) => !each.star).map((each) => each.node), query.where];
    for (const reference of columnsIn(strict)) check(reference, false);
    for (const source of query.sources) for (const reference of columnsIn(source.on)) check(reference, false);
    const loose = [query.groupBy, query.having, query.order.map((each) => each.node), query.distinctOn];
    for (const reference of columnsIn(loose)) check(reference, true);
    for (const each of query.inner) walk(each, named, visible);
    selects.push({
      shape: query,
      bindings,
      columnOf: (node) => {
        const inside = as(node, "paren");
        const reference = columnsIn(inside ? inside["this"] : node);
        return as(inside ? inside["this"] : node, "column") ? resolve(reference[0] ?? null) : null;
      },
      columnsOf: (node) => columnsIn(node).flatMap((each) => resolve(each) ?? []),
    });
    return outputColumns(query, bindings, engine);
  }

  walk(shape, new Map(), []);
  return { selects: selects.toReversed(), tables: [...tables], problems };
}

function outputColumns(query: SelectShape, bindings: Binding[], engine: EngineKind): string[] | null {
  const names: string[] = [];
  for (const { alias, star, node } of query.outputs) {
    if (star) {
      const { qualifier } = star;
      const shown = qualifier ? bindings.filter((each) => each.name === foldName(engine, qualifier)) : bindings;
      for (const { columns } of shown) {
        if (columns === null) return null;
        names.push(...columns);
      }
      continue;
    }
    const column = columnsIn(node)[0]?.column;
    const plain = as(node, "column") && column ? column : null;
    const name = alias ?? plain;
    // The database makes up a name for an expression without one, by rules of its own.
    if (name) names.push(foldName(engine, name));
    else return null;
  }
  return names;
}

/** What stands without brackets and is no column. */
const keywords = new Set([
  "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp", "current_user", "session_user",
  "user", "rowid", "oid", "_rowid_", "ctid", "tableoid", "xmin", "default", "excluded",
]); // prettier-ignore

/** PostgreSQL lets a table's name stand for its whole row. */
const isRowItself = (name: string, visible: Binding[]) => visible.some((each) => each.name === name);

const isSystem = (engine: EngineKind, { schema, name }: Source): boolean => {
  const place = schema?.name.toLowerCase() ?? "";
  if (["information_schema", "pg_catalog", "sys", "mysql", "performance_schema"].includes(place)) return true;
  const own = name?.name.toLowerCase() ?? "";
  if (engine === "postgres") return own.startsWith("pg_");
  return (engine === "sqlite" && own.startsWith("sqlite_")) || own === "dual" || own.startsWith("duckdb_");
};

/** The name that somebody likely meant: the one with the most pairs of letters in common, when that is most of them. */
export function nearest(wanted: string, names: string[]): string | null {
  let best: string | null = null;
  let bestScore = 0.45;
  for (const name of new Set(names)) {
    const score = likeness(wanted.toLowerCase(), name.toLowerCase());
    if (score > bestScore) [best, bestScore] = [name, score];
  }
  return best;
}

/** Share of letter pairs that two words have in common (Sørensen and Dice), 0 to 1. */
export function likeness(left: string, right: string): number {
  if (left === right) return 1;
  const pairs = (word: string) =>
    Array.from({ length: Math.max(0, word.length - 1) }, (_, at) => word.slice(at, at + 2));
  const of = pairs(left);
  const rest = pairs(right);
  const total = of.length + rest.length;
  if (total === 0) return 0;
  let shared = 0;
  for (const pair of of) {
    const at = rest.indexOf(pair);
    if (at === -1) continue;
    rest.splice(at, 1);
    shared += 1;
  }
  return (2 * shared) / total;
}
