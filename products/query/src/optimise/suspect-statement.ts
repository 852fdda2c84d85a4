import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { EngineKind, PlanNode } from "@mindmesh/contracts/query/engine";
import { dialects } from "../ask/built-in/write-sql.ts";
import { largeTableRows, readsWholeTable, stepsOf } from "../explain/explain-plan.ts";
import type { Binding, ResolvedColumn, ResolvedQuery, ResolvedSelect } from "../syntax/resolve-names.ts";
import { type Parser, type SyntaxNode, as, columnsIn, disjuncts, opened, queriesIn } from "../syntax/syntax-tree.ts";
import { isCovered } from "../catalog/covering-index.ts";
import { type Suspicion, suspicion } from "./proposal.ts";

export interface SuspectedStatement {
  resolved: ResolvedQuery;
  root: SyntaxNode;
  plan: PlanNode | null;
  parser: Parser;
  engine: EngineKind;
}

const comparisons = new Set(["eq", "neq", "gt", "gte", "lt", "lte"]);
const ranges = new Set(["gt", "gte", "lt", "lte"]);
/** Pages behind this many rows are worth a remark. */
const deepOffset = 1000;
const manyColumns = 8;

/** Everything in a statement that may be better, from its text, the schema and the plan. Nothing here is proved yet. */
export function suspectStatement(statement: SuspectedStatement): Suspicion[] {
  const { resolved } = statement;
  return [
    ...resolved.selects.flatMap((select) => [
      ...conditionSuspicions(select, statement),
      ...orSuspicions(select, statement),
      ...missingIndexes(select, statement),
      ...offsetPaging(select, statement),
      ...allColumns(select),
    ]),
    ...staleStatistics(resolved.tables, statement.engine),
  ];
}

interface Compared {
  kind: string;
  /** The side with the column, whatever is around it. */
  side: SyntaxNode;
  other: SyntaxNode;
  replace(condition: SyntaxNode): void;
}

/** Comparisons between something with a column and something without. */
function comparedWithConstant(conditions: SyntaxNode[]): Compared[] {
  return conditions.flatMap((condition): Compared[] => {
    const found = opened(condition);
    if (!found || !comparisons.has(found.kind)) return [];
    const [left, right] = [found.body["left"], found.body["right"]] as SyntaxNode[];
    if (!left || !right || queriesIn([left, right]).length > 0) return [];
    const [inLeft, inRight] = [columnsIn(left).length, columnsIn(right).length];
    if (inLeft > 0 === inRight > 0) return [];
    const replace = (better: SyntaxNode) => {
      delete condition[found.kind];
      Object.assign(condition, better);
    };
    return [{ kind: found.kind, side: inLeft > 0 ? left : right, other: inLeft > 0 ? right : left, replace }];
  });
}

function conditionSuspicions(select: ResolvedSelect, { parser, engine, root }: SuspectedStatement): Suspicion[] {
  const found: Suspicion[] = [];
  for (const compared of comparedWithConstant(select.shape.where)) {
    const { side, other } = compared;
    const plain = select.columnOf(side);
    if (plain) {
      const cast = implicitCast(plain, other);
      if (cast) found.push(suspicion({ ...cast, table: plain.table, place: placeOf(side) }));
      continue;
    }
    const [inside] = select.columnsOf(side);
    if (!inside) continue;
    const range = rangeInstead(compared, inside, engine);
    const sql = parser.write(side);
    const name = inside.column.name;
    if (range) {
      const better = parser.parse(`SELECT 1 WHERE ${range}`);
      const where = (as(better, "select")?.["where_clause"] as SyntaxNode | undefined)?.["this"] as
        | SyntaxNode
        | undefined;
      if (!where) continue;
      const rewrite = writtenWith(compared, where, parser, root);
      found.push(
        suspicion({
          kind: "function on column",
          title: `${sql} hides ${name} from its indexes`,
          explanation: `The condition computes something from ${name} for every row. The same rows are found by a range on ${name} itself: ${range}`,
          table: inside.table,
          place: placeOf(side),
          rewrite,
          indexes: isCovered([name], inside.table)
            ? []
            : [{ table: inside.table, parts: [{ sql: dialects[engine].name(name), column: name }] }],
        }),
      );
      continue;
    }
    const canIndex = engine === "postgres" || engine === "sqlite" || engine === "mysql";
    const expression = unqualified(side, parser);
    const isThere = inside.table.indexes.some((index) => index.parts.some((part) => sameExpression(part, expression)));
    if (isThere) continue;
    const isIndexable = canIndex && select.columnsOf(side).length === 1 && /^(lower|upper)\(/i.test(expression);
    found.push(
      suspicion({
        kind: "function on column",
        title: `${sql} hides ${name} from its indexes`,
        explanation: isIndexable
          ? `No index on ${name} can serve this condition. An index on the expression itself can.`
          : `No index on ${name} can serve this condition, because it is computed for every row. Compare ${name} itself where that says the same.`,
        table: inside.table,
        place: placeOf(side),
        indexes: isIndexable
          ? [
              {
                table: inside.table,
                parts: [{ sql: engine === "mysql" ? `(${expression})` : expression, column: null }],
              },
            ]
          : [],
      }),
    );
  }
  for (const condition of select.shape.where) {
    const like = as(condition, "like") ?? as(condition, "i_like");
    const pattern = like && as(like["right"], "literal");
    const column = like && select.columnsOf(like["left"])[0];
    if (!like || !pattern || !column || !/^[%_]/.test(String(pattern["value"]))) continue;
    const { name } = column.column;
    const trigram = `CREATE EXTENSION IF NOT EXISTS pg_trgm;\nCREATE INDEX CONCURRENTLY ON ${dialects.postgres.name(column.table.schema)}.${dialects.postgres.name(column.table.name)} USING gin (${dialects.postgres.name(name)} gin_trgm_ops)`;
    const isThere = column.table.indexes.some(
      (index) => index.method === "gin" && index.parts.some((part) => part.includes(name)),
    );
    if (isThere) continue;
    found.push(
      suspicion({
        kind: "leading wildcard",
        title: `LIKE “${String(pattern["value"])}” cannot use an ordinary index`,
        explanation: `A pattern that begins with a wildcard says nothing about how ${name} begins, so every row is looked at.${engine === "postgres" ? " A trigram index can serve it." : " Keep the words in a full-text index if this is asked often."}`,
        table: column.table,
        place: placeOf(like["left"]),
        statement: engine === "postgres" ? trigram : null,
      }),
    );
  }
  return found;
}

function implicitCast(
  { column, table }: ResolvedColumn,
  other: SyntaxNode,
): Pick<Suspicion, "kind" | "title" | "explanation"> | null {
  const literal = as(other, "literal");
  if (!literal) return null;
  const isNumber = literal["literal_type"] === "number";
  const value = String(literal["value"]);
  if (isNumber && column.kind === "text") {
    return {
      kind: "implicit cast",
      title: `${column.name} is text and is compared with the number ${value}`,
      explanation: `Each ${column.name} of ${table.name} is turned into a number first, so no index on it can be used. Write the value as text: '${value}'.`,
    };
  }
  if (isNumber && column.kind === "integer" && /[.e]/i.test(value)) {
    return {
      kind: "implicit cast",
      title: `${column.name} is a whole number and is compared with ${value}`,
      explanation: `Each ${column.name} of ${table.name} is turned into a decimal first, so no index on it can be used. Compare it with a whole number.`,
    };
  }
  return null;
}

/** A range that finds the rows of `date(x) = …` and `extract(year from x) = …`; null for anything else. */
function rangeInstead({ kind, side, other }: Compared, { column }: ResolvedColumn, engine: EngineKind): string | null {
  if (kind !== "eq") return null;
  const found = opened(side);
  const value = as(other, "literal") ?? as(as(other, "cast")?.["this"], "literal");
  if (!found || !value) return null;
  const { name } = dialects[engine];
  const [reference] = columnsIn(side);
  if (!reference || columnsIn(side).length > 1) return null;
  const written = `${reference.qualifier ? `${name(reference.qualifier.name)}.` : ""}${name(column.name)}`;
  const between = (from: string, before: string) => `${written} >= '${from}' AND ${written} < '${before}'`;
  const text = String(value["value"]);
  const called = (typeof found.body["name"] === "string" ? found.body["name"] : found.kind).toLowerCase();
  const isYear = found.kind === "year" || (found.kind === "extract" && /^year$/i.test(String(found.body["field"])));
  if (isYear && /^\d{4}$/.test(text))
    return between(`${text}-01-01`, `${String(Number(text) + 1).padStart(4, "0")}-01-01`);
  const toDate =
    found.kind === "cast" && /^date$/i.test(String((found.body["to"] as SyntaxNode | undefined)?.["data_type"]));
  const isDay = toDate || called === "date" || called === "ts_or_ds_to_date";
  if (!isDay || !/^\d{4}-\d{2}-\d{2}$/.test(text) || column.kind !== "timestamp") return null;
  const next = new Date(`${text}T00:00:00Z`);
  if (Number.isNaN(next.getTime())) return null;
  next.setUTCDate(next.getUTCDate() + 1);
  return between(text, next.toISOString().slice(0, 10));
}

/** The whole statement with one condition in another way; the tree is as before afterwards. */
function writtenWith({ replace }: Compared, better: SyntaxNode, parser: Parser, root: SyntaxNode): string {
  const before = structuredClone(root);
  replace(better);
  const written = parser.write(root);
  for (const key of Object.keys(root)) delete root[key];
  Object.assign(root, before);
  return written;
}

function unqualified(node: SyntaxNode, parser: Parser): string {
  const copy = structuredClone(node);
  const strip = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const column = as(value, "column");
    if (column) column["table"] = null;
    for (const each of Object.values(value)) strip(each);
  };
  strip(copy);
  return parser.write(copy).toLowerCase();
}

const sameExpression = (left: string, right: string) => {
  const plain = (text: string) =>
    text
      .toLowerCase()
      .replace(/::\w+( varying)?/g, "")
      .replace(/[()\s"`]/g, "");
  return plain(left) === plain(right);
};

const placeOf = (node: unknown) => columnsIn(node)[0]?.column.place ?? null;

function orSuspicions(select: ResolvedSelect, { engine }: SuspectedStatement): Suspicion[] {
  return select.shape.where.flatMap((condition) => {
    const parts = disjuncts(condition);
    if (parts.length < 2) return [];
    const columns = parts.flatMap((part) => select.columnsOf(part).slice(0, 1));
    const different = [...new Map(columns.map((each) => [`${each.binding.name}.${each.column.name}`, each])).values()];
    const [first] = different;
    if (!first || different.length < 2 || different.some(({ table }) => !isLarge(table))) return [];
    const missing = different.filter(({ table, column }) => !isCovered([column.name], table));
    if (missing.length === 0) return [];
    const names = different.map(({ column }) => column.name).join(" or ");
    return [
      suspicion({
        kind: "or over columns",
        title: `OR over ${names} needs an index on each`,
        explanation: `Rows are found by ${names}: as long as one of them has no index, the whole table is read. With one on each the database can join what both find.`,
        table: first.table,
        place: placeOf(condition),
        indexes: missing.map(({ table, column }) => ({
          table,
          parts: [{ sql: dialects[engine].name(column.name), column: column.name }],
        })),
      }),
    ];
  });
}

const isLarge = (table: CatalogTable) => (table.rowEstimate ?? 0) >= largeTableRows;

/** Indexes that would spare the reading of a large table: equal comparisons first, then one range or the order. */
function missingIndexes(select: ResolvedSelect, { plan, engine }: SuspectedStatement): Suspicion[] {
  const readWhole =
    plan === null
      ? null
      : new Set(
          stepsOf(plan)
            .filter(({ node }) => readsWholeTable(node))
            .map(({ node }) => node.table?.name),
        );
  return select.bindings.flatMap((binding) => {
    const { table } = binding;
    if (!table || table.kind === "view" || !isLarge(table)) return [];
    if (readWhole !== null && !readWhole.has(table.name) && !readWhole.has(binding.name)) return [];
    const parts = indexColumns(select, binding);
    if (parts.length === 0 || isCovered(parts, table)) return [];
    const names = parts.join(", ");
    return [
      suspicion({
        kind: "missing index",
        title: `${table.name} has no index on ${names}`,
        explanation: `The statement looks for rows of ${table.name} by ${names}, and reads all ${Math.round(table.rowEstimate ?? 0).toLocaleString("en")} of them.`,
        table,
        indexes: [{ table, parts: parts.map((column) => ({ sql: dialects[engine].name(column), column })) }],
      }),
    ];
  });
}

function indexColumns(select: ResolvedSelect, binding: Binding): string[] {
  const equal: string[] = [];
  const ranged: string[] = [];
  const own = (node: unknown) => {
    const column = select.columnOf(node);
    return column?.binding === binding ? column.column.name : null;
  };
  for (const condition of select.shape.where) {
    const found = opened(condition);
    if (!found) continue;
    const [left, right] = [own(found.body["left"]), own(found.body["right"])];
    const column = left ?? right ?? own(found.body["this"]);
    if (column === null) continue;
    if (found.kind === "eq" || (found.kind === "in" && found.body["not"] !== true)) equal.push(column);
    else if (ranges.has(found.kind) || found.kind === "between") ranged.push(column);
    else if (found.kind === "like" && beginsPlainly(found.body["right"])) ranged.push(column);
  }
  if (equal.length === 0 && ranged.length === 0) {
    for (const { on } of [binding.source]) {
      for (const condition of on) {
        const body = as(condition, "eq");
        const column = body && (own(body["left"]) ?? own(body["right"]));
        if (column) equal.push(column);
      }
    }
  }
  const ordered =
    select.bindings.length === 1 && select.shape.limit !== null && select.shape.groupBy.length === 0
      ? select.shape.order.flatMap(({ node }) => own(node) ?? [])
      : [];
  const tail = ranged.length > 0 ? ranged.slice(0, 1) : ordered;
  return [...new Set([...equal, ...tail])].slice(0, 4);
}

/** A pattern that says how the value begins. */
function beginsPlainly(pattern: unknown): boolean {
  const value = as(pattern, "literal")?.["value"];
  return typeof value === "string" && /^[^%_]/.test(value);
}

function offsetPaging(select: ResolvedSelect, { parser, root, engine }: SuspectedStatement): Suspicion[] {
  const { offset, order, node } = select.shape;
  if (!offset) return [];
  const literal = as(offset, "literal");
  const rows = literal ? Number(literal["value"]) : null;
  if (rows !== null && rows < deepOffset) return [];
  const [first] = order;
  const column = first && select.columnOf(first.node);
  const key = column ? `${column.binding.name}.${dialects[engine].name(column.column.name)}` : null;
  const instead =
    key && first
      ? ` Remember ${key} of the last row shown and ask for the next page with: WHERE ${key} ${first.descending ? "<" : ">"} that value.`
      : " Order by a key and ask for rows behind the last one that was shown.";
  const body = opened(node)?.body;
  const before = body?.["offset"];
  if (body) body["offset"] = null;
  const rewrite = parser.write(root);
  if (body) body["offset"] = before;
  return [
    suspicion({
      kind: "offset paging",
      title:
        rows === null
          ? "OFFSET reads and throws away all rows before the page"
          : `OFFSET ${rows.toLocaleString("en")} reads so many rows and throws them away`,
      explanation: `Each page costs more than the one before.${instead}`,
      table: column?.table ?? null,
      rewrite,
    }),
  ];
}

function allColumns(select: ResolvedSelect): Suspicion[] {
  if (!select.shape.outputs.some(({ star }) => star)) return [];
  const wide = select.bindings.flatMap(({ table }) => (table && table.columns.length > manyColumns ? [table] : []));
  const [table] = wide;
  if (!table) return [];
  const heavy = table.columns.filter(({ kind }) => kind === "json" || kind === "binary").map(({ name }) => name);
  return [
    suspicion({
      kind: "all columns",
      title: `* reads all ${table.columns.length} columns of ${table.name}`,
      explanation: `Name the columns that are needed: less is read and sent, and an index that holds them can answer alone.${heavy.length > 0 ? ` ${heavy.join(", ")} can be large.` : ""}`,
      table,
    }),
  ];
}

const staleAfterDays = 30;

/** Tables whose statistics were never made or are old, so that plans rest on wrong numbers. */
export function staleStatistics(tables: CatalogTable[], engine: EngineKind, now = Date.now()): Suspicion[] {
  if (engine !== "postgres") return [];
  return tables.flatMap((table) => {
    const days = table.analyzedAt === null ? null : (now - Date.parse(table.analyzedAt)) / 86_400_000;
    if (table.kind === "view" || (table.rowEstimate ?? 0) < largeTableRows || (days !== null && days < staleAfterDays))
      return [];
    const { name } = dialects[engine];
    return [
      suspicion({
        kind: "stale statistics",
        title:
          days === null
            ? `${table.name} has no statistics of its own making`
            : `Statistics of ${table.name} are ${Math.round(days)} days old`,
        explanation: "The planner chooses by them. When much has changed since, its choices are off.",
        table,
        statement: `ANALYZE ${name(table.schema)}.${name(table.name)}`,
      }),
    ];
  });
}
