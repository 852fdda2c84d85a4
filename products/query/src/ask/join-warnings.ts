import type { StatementWarning } from "@mindmesh/contracts/query/ask";
import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Binding, ResolvedColumn, ResolvedQuery, ResolvedSelect } from "../syntax/resolve-names.ts";
import { aggregatesIn, as, conjuncts, listOf, opened, queriesIn, type SyntaxNode } from "../syntax/syntax-tree.ts";
import { type Link } from "./retrieve.ts";

/** Two sources that a statement joins by equal columns. */
interface Join {
  left: Binding;
  right: Binding;
  pairs: { left: ResolvedColumn; right: ResolvedColumn }[];
  isInner: boolean;
}

/**
 * What may be wrong with the figures of a statement: rows that a join loses or multiplies, keys that could have been others, and
 * empty values that conditions drop without a word. Computed from the statement and the schema; no model is asked.
 */
export function statementWarnings({ selects }: ResolvedQuery, links: readonly Link[]): StatementWarning[] {
  const warnings = selects.flatMap((select) => {
    const joins = joinsOf(select);
    return [
      ...lostRows(select, joins, links),
      ...multipliedRows(select, joins),
      ...ambiguousKeys(joins, links),
      ...emptyValues(select, selects),
    ];
  });
  const seen = new Set<string>();
  return warnings.filter(({ message }) => !seen.has(message) && seen.add(message));
}

function joinsOf(select: ResolvedSelect): Join[] {
  const joins = new Map<string, Join>();
  const add = (left: ResolvedColumn, right: ResolvedColumn, isInner: boolean) => {
    if (left.binding === right.binding) return;
    const [first, second] =
      select.bindings.indexOf(left.binding) < select.bindings.indexOf(right.binding) ? [left, right] : [right, left];
    const key = `${select.bindings.indexOf(first.binding)} ${select.bindings.indexOf(second.binding)}`;
    const join = joins.get(key) ?? { left: first.binding, right: second.binding, pairs: [], isInner };
    join.pairs.push({ left: first, right: second });
    joins.set(key, join);
  };
  const equalities = (conditions: SyntaxNode[], isInner: boolean) => {
    for (const condition of conditions) {
      const body = as(condition, "eq");
      const left = body && select.columnOf(body["left"]);
      const right = body && select.columnOf(body["right"]);
      if (left && right) add(left, right, isInner);
    }
  };
  for (const [index, binding] of select.bindings.entries()) {
    const { source, table } = binding;
    const isInner = ["inner", "comma", "cross", "natural", "from"].includes(source.join);
    equalities(source.on, isInner);
    for (const { name } of source.using) {
      const right = table?.columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
      const earlier = select.bindings
        .slice(0, index)
        .find((each) => each.table?.columns.some((column) => column.name.toLowerCase() === name.toLowerCase()));
      const left = earlier?.table?.columns.find((each) => each.name.toLowerCase() === name.toLowerCase());
      if (right && table && left && earlier?.table) {
        add({ binding: earlier, table: earlier.table, column: left }, { binding, table, column: right }, isInner);
      }
    }
  }
  equalities(select.shape.where, true);
  return [...joins.values()];
}

/** Whether a table has at most one row for each value of these columns. */
export function isUnique(table: CatalogTable, columns: string[]): boolean {
  const keys = [
    ...(table.primaryKey ? [table.primaryKey.columns] : []),
    ...table.uniqueKeys.map((key) => key.columns),
    ...table.indexes.filter((index) => index.unique && index.condition === null).map((index) => index.parts),
  ];
  return keys.some((key) => key.length > 0 && key.every((part) => columns.includes(part)));
}

/** The link that a join goes along, and which side holds the key. */
function linkOf(
  { left, right, pairs }: Join,
  links: readonly Link[],
): { link: Link; from: Binding; to: Binding } | null {
  for (const [from, to, side] of [
    [left, right, "left"],
    [right, left, "right"],
  ] as const) {
    const columns = pairs.map((pair) => (side === "left" ? pair.left : pair.right).column.name);
    const link = links.find(
      (each) =>
        each.from === from.table && each.to === to.table && each.columns.every((column) => columns.includes(column)),
    );
    if (link) return { link, from, to };
  }
  return null;
}

const share = (column: ResolvedColumn["column"]) => {
  const empty = column.statistics?.nullShare ?? null;
  return empty === null || empty === 0
    ? ""
    : ` (about ${empty < 0.01 ? "under 1" : Math.round(empty * 100)} % of the rows)`;
};

function lostRows(select: ResolvedSelect, joins: Join[], links: readonly Link[]): StatementWarning[] {
  const warnings: StatementWarning[] = [];
  for (const join of joins) {
    if (!join.isInner) continue;
    const found = linkOf(join, links);
    if (!found) {
      const [pair] = join.pairs;
      if (pair) {
        const names = `${pair.left.binding.name}.${pair.left.column.name} and ${pair.right.binding.name}.${pair.right.column.name}`;
        warnings.push({
          kind: "lost rows",
          message: `No foreign key says that ${names} belong together. Rows without a match drop out.`,
        });
      }
      continue;
    }
    const { link, from, to } = found;
    const columns = from.table?.columns.filter(({ name }) => link.columns.includes(name)) ?? [];
    const nullable = columns.find((column) => column.nullable);
    if (nullable) {
      warnings.push({
        kind: "lost rows",
        message: `Rows of ${link.from.name} where ${nullable.name} is empty${share(nullable)} drop out of the join with ${to.table?.name ?? to.name}. LEFT JOIN keeps them.`,
      });
    } else if (!link.enforced) {
      warnings.push({
        kind: "lost rows",
        message: `The database does not enforce ${link.from.name}.${link.columns.join(", ")}: rows that point to nothing in ${link.to.name} drop out of the join.`,
      });
    }
  }
  for (const binding of select.bindings) {
    if (binding.source.join !== "left") continue;
    const drops = select.shape.where.find((condition) => {
      const found = opened(condition);
      if (!found || found.kind === "is_null" || found.kind === "or" || found.kind === "not" || found.kind === "exists")
        return false;
      const wrapped = as(found.body["left"] ?? found.body["this"], "coalesce");
      return !wrapped && select.columnsOf(condition).some((column) => column.binding === binding);
    });
    if (drops) {
      warnings.push({
        kind: "lost rows",
        message: `A condition in WHERE on ${binding.name} drops the rows without a match that LEFT JOIN kept. Put it into ON to keep them.`,
      });
    }
  }
  return warnings;
}

/** Aggregates that come out the same however often a row is repeated. */
const indifferent = new Set(["min", "max", "bool_and", "bool_or", "logical_and", "logical_or", "any_value"]);

function multipliedRows(select: ResolvedSelect, joins: Join[]): StatementWarning[] {
  // From which source which other one is reached, and whether its own rows are repeated on the way.
  const repeats = (from: Binding): Binding | null => {
    const seen = new Set([from]);
    const open = [from];
    for (let at = open.shift(); at; at = open.shift()) {
      for (const join of joins) {
        const [near, far] =
          join.left === at ? [join.left, join.right] : join.right === at ? [join.right, join.left] : [null, null];
        if (!near || !far || seen.has(far)) continue;
        const farColumns = join.pairs.map((pair) => (pair.left.binding === far ? pair.left : pair.right).column.name);
        if (far.table && !isUnique(far.table, farColumns)) return far;
        seen.add(far);
        open.push(far);
      }
    }
    return null;
  };
  const warnings: StatementWarning[] = [];
  const nodes = [
    ...select.shape.outputs.map(({ node }) => node),
    ...select.shape.having,
    ...select.shape.order.map(({ node }) => node),
  ];
  for (const aggregate of nodes.flatMap((node) => aggregatesIn(node))) {
    if (aggregate.distinct || indifferent.has(aggregate.name)) continue;
    const columns = aggregate.argument ? select.columnsOf(aggregate.argument) : [];
    const sources = [...new Set(columns.map(({ binding }) => binding))];
    // The rows are as many as those of the source that has the most: only where every source is repeated the figure is wrong.
    const repeated = sources.map((source) => ({ source, by: repeats(source) }));
    const [first] = repeated;
    if (first && repeated.every(({ by }) => by !== null)) {
      const names = columns.map(({ binding, column }) => `${binding.name}.${column.name}`).join(", ");
      warnings.push({
        kind: "multiplied rows",
        message: `${aggregate.name}(${names}) counts a row of ${first.source.table?.name ?? first.source.name} again for each of its rows in ${first.by?.table?.name ?? first.by?.name}. Add up before joining, or count each only once.`,
      });
    }
  }
  return warnings;
}

function ambiguousKeys(joins: Join[], links: readonly Link[]): StatementWarning[] {
  return joins.flatMap((join) => {
    const found = linkOf(join, links);
    if (!found) return [];
    const others = links.filter(
      (each) =>
        each !== found.link &&
        each.from === found.link.from &&
        each.to === found.link.to &&
        each.columns.join() !== found.link.columns.join(),
    );
    if (others.length === 0) return [];
    const { from, to, columns } = found.link;
    return [
      {
        kind: "ambiguous key" as const,
        message: `${from.name} points to ${to.name} in more than one way: this uses ${columns.join(", ")}, and there ${others.length === 1 ? "is" : "are"} also ${others.map((each) => each.columns.join(", ")).join(" and ")}.`,
      },
    ];
  });
}

function emptyValues(select: ResolvedSelect, selects: ResolvedSelect[]): StatementWarning[] {
  const warnings: StatementWarning[] = [];
  const guarded = new Set(
    select.shape.where.flatMap((condition) => {
      const body = as(condition, "is_null");
      const column = body?.["not"] === true ? select.columnOf(body["this"]) : null;
      return column ? [column.column] : [];
    }),
  );
  const isOpen = (column: ResolvedColumn | null): column is ResolvedColumn =>
    column !== null && column.column.nullable && !guarded.has(column.column);
  for (const condition of select.shape.where.flatMap((each) => conjuncts(each))) {
    const found = opened(condition);
    if (!found) continue;
    const inside =
      found.kind === "not" ? opened(as(found.body["this"], "paren")?.["this"] ?? found.body["this"]) : null;
    const { kind, body } = inside ?? found;
    const isNot = inside !== null || body["not"] === true;
    if (kind === "in" && isNot) {
      const queries = queriesIn(body["query"]);
      if (queries.some((query) => mayGiveNull(query, selects))) {
        warnings.push({
          kind: "empty values",
          message: `NOT IN with a query gives no row at all as soon as that query gives one empty value. NOT EXISTS is safe.`,
        });
      }
      const column = select.columnOf(body["this"]);
      if (isOpen(column)) warnings.push(droppedBy(column, "NOT IN"));
    } else if (kind === "neq") {
      const column =
        [select.columnOf(body["left"]), select.columnOf(body["right"])].find((each) => isOpen(each)) ?? null;
      if (isOpen(column)) warnings.push(droppedBy(column, "<>"));
    } else if ((kind === "like" || kind === "i_like") && isNot) {
      const column = select.columnOf(body["left"]);
      if (isOpen(column)) warnings.push(droppedBy(column, "NOT LIKE"));
    }
  }
  return warnings;
}

const droppedBy = ({ column, table }: ResolvedColumn, operator: string): StatementWarning => ({
  kind: "empty values",
  message: `Rows of ${table.name} where ${column.name} is empty${share(column)} do not pass ${operator}. Add OR ${column.name} IS NULL to keep them.`,
});

/** Whether a query may give an empty value: it asks for a column that may be empty, or for what nobody can tell. */
function mayGiveNull(query: SyntaxNode, selects: ResolvedSelect[]): boolean {
  const body = as(query, "select");
  const where = (body?.["where_clause"] as SyntaxNode | null)?.["this"];
  if (conjuncts(where).some((each) => as(each, "is_null")?.["not"] === true)) return false;
  const [output] = listOf(body?.["expressions"]);
  if (as(output, "coalesce")) return false;
  const select = selects.find(({ shape }) => shape.node === query);
  return select?.columnOf(output)?.column.nullable ?? true;
}
