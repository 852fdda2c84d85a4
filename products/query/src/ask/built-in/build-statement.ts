import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { queryShape } from "../../syntax/query-shape.ts";
import { type Parser, type SyntaxNode, as, columnReference, visit } from "../../syntax/syntax-tree.ts";
import { type Link, type Step, shortestWays } from "../retrieve.ts";
import { nameWords } from "../question-words.ts";
import {
  type ColumnOf,
  type Filter,
  type Group,
  type Intent,
  type Measure,
  choose,
  columnOptions,
  isKey,
  isNumeric,
  isTime,
  refuse,
} from "./intent.ts";
import { labelOf } from "./read-intent.ts";
import { knownValues } from "./vocabulary.ts";
import { type Dialect, type Select, dialects, selectSql, tableSql } from "./write-sql.ts";

export interface Building {
  intent: Intent;
  catalog: Catalog;
  links: readonly Link[];
  engine: EngineKind;
  parser: Parser;
}

const listRows = 100;

/** The statement that answers what a question asks for. @throws Stopped where the schema does not say how */
export function buildStatement(building: Building): { sql: string; assumptions: string[] } {
  const { intent } = building;
  const measures = intent.measures.length > 0 ? intent.measures : impliedMeasures(intent);
  const base = baseTable(intent, measures);
  const joins = new Joins(base, building);
  const select = measures.length > 0 ? measured(building, joins, base, measures) : listedRows(building, joins, base);
  return { sql: selectSql({ ...select, ...joins.clauses() }, joins.dialect), assumptions: intent.assumptions };
}

/** `orders per month` counts, without saying so. */
function impliedMeasures({ groups, order, tables, having }: Intent): Measure[] {
  if (having || (groups.length === 0 && order?.by !== "measure")) return [];
  if (groups.length > 0) return [{ kind: "count", of: tables[0] ?? null }];
  return [];
}

const homeOf = (measure: Measure): CatalogTable | null =>
  measure.kind === "count" ? measure.of : measure.kind === "fragment" ? measure.table : measure.of.table;

function baseTable({ tables, shown, groups, filters, having }: Intent, measures: Measure[]): CatalogTable {
  const homes = [...new Set(measures.flatMap((measure) => homeOf(measure) ?? []))];
  if (homes.length > 1) {
    return refuse(
      `The figures are of different tables (${homes.map(({ name }) => name).join(", ")}). Ask for one at a time.`,
    );
  }
  const grouped = groups.flatMap((group) =>
    group.kind === "entity" ? group.table : group.kind === "column" ? group.of.table : [],
  );
  const filtered = filters.flatMap((filter) =>
    "of" in filter ? filter.of.table : filter.kind === "fragment" ? filter.table : [],
  );
  const named = tables.filter((table) => table !== having?.table);
  const base = homes[0] ?? named[0] ?? shown[0]?.table ?? grouped[0] ?? filtered[0];
  return base ?? refuse("The question names nothing that is in the schema.");
}

/** The tables of a statement and how they hang together, each joined once. */
class Joins {
  readonly dialect: Dialect;
  private readonly aliases = new Map<CatalogTable, string>();
  private readonly steps: { step: Step; from: CatalogTable; kept: boolean }[] = [];
  private readonly base: CatalogTable;
  private readonly building: Building;
  /** Whether rows of the base come more than once. */
  multiplied = false;

  constructor(base: CatalogTable, building: Building) {
    this.base = base;
    this.building = building;
    this.dialect = dialects[building.engine];
    this.alias(base);
  }

  private alias(table: CatalogTable): string {
    const known = this.aliases.get(table);
    if (known !== undefined) return known;
    const letters =
      nameWords(table.name)
        .map((word) => word.slice(0, 1))
        .join("")
        .replace(/[^a-z]/g, "") || "t";
    const taken = new Set(this.aliases.values());
    let alias = letters;
    for (let number = 2; taken.has(alias) || this.dialect.name(alias) !== alias; number += 1)
      alias = `${letters}${number}`;
    this.aliases.set(table, alias);
    return alias;
  }

  /** A column as the statement names it; its table is joined when it is not there yet. */
  column({ table, column }: ColumnOf, kept = false): string {
    return `${this.reach(table, kept)}.${this.dialect.name(column.name)}`;
  }

  /** Joins a table. `kept`: rows without a match stay, as groups want it. */
  reach(table: CatalogTable, kept = false): string {
    if (this.aliases.has(table)) return this.alias(table);
    const way = this.way(table);
    let from = this.base;
    for (const step of way) {
      if (!this.aliases.has(step.to)) {
        if (!step.toOne) this.multiplied = true;
        this.alias(step.to);
        this.steps.push({ step, from, kept });
      }
      from = step.to;
    }
    return this.alias(table);
  }

  way(table: CatalogTable): Step[] {
    const { links, intent } = this.building;
    const ways = shortestWays(this.base, table, links);
    const [only] = ways;
    if (!only) return refuse(`No foreign key leads from ${this.base.name} to ${table.name}, so I cannot join them.`);
    if (ways.length === 1) return only;
    // A way that the question names a table or a key of is the one that is meant.
    const named = ways.filter((way) =>
      way.some(({ link, to }) =>
        [...link.columns.flatMap(nameWords), ...(to === table ? [] : nameWords(to.name))].some(
          (word) =>
            intent.words.has(word) &&
            !nameWords(table.name).includes(word) &&
            !nameWords(this.base.name).includes(word),
        ),
      ),
    );
    if (named.length === 1 && named[0]) return named[0];
    // Over as few rows as possible: a way on which every row has at most one partner, when it is the only such way.
    const single = ways.filter((way) => way.every(({ toOne }) => toOne));
    if (single.length === 1 && single[0]) return single[0];
    const options = ways.map((value) => ({
      label: value.map(({ link }) => `${link.from.name}.${link.columns.join(", ")}`).join(" and "),
      value,
    }));
    const text = `${this.base.name} and ${table.name} hang together in more than one way. Which one do you mean?`;
    return choose(text, options, intent.chosenBefore);
  }

  condition({ link }: Step): string {
    const [one, other] = [this.alias(link.from), this.alias(link.to)];
    return link.columns
      .map(
        (column, index) =>
          `${other}.${this.dialect.name(link.toColumns[index] ?? "")} = ${one}.${this.dialect.name(column)}`,
      )
      .join(" AND ");
  }

  clauses(): Pick<Select, "from" | "joins"> {
    const place = { dialect: this.dialect, searchPath: this.building.catalog.searchPath };
    const joins = this.steps.map(({ step, kept }) => {
      const mayMiss =
        !step.toOne ||
        step.link.columns.some((name) => step.link.from.columns.find((column) => column.name === name)?.nullable);
      const kind = kept && mayMiss ? "LEFT JOIN" : "JOIN";
      return `${kind} ${tableSql(step.to, place)} AS ${this.alias(step.to)} ON ${this.condition(step)}`;
    });
    return { from: `${tableSql(this.base, place)} AS ${this.alias(this.base)}`, joins };
  }

  /** SQL of the glossary, its columns named as this statement names them. */
  fragment(table: CatalogTable, sql: string, kind: "condition" | "measure"): string {
    const alias = this.reach(table);
    const { parser } = this.building;
    const statement = parser.parse(kind === "measure" ? `SELECT (${sql})` : `SELECT 1 WHERE (${sql})`);
    const shape = statement && queryShape(statement);
    const node =
      shape?.kind === "select"
        ? kind === "measure"
          ? shape.outputs[0]?.node
          : (shape.node["select"] as SyntaxNode | undefined)
        : null;
    if (!node) return refuse(`The SQL of the glossary's term cannot be read: ${sql}`);
    visit(node, (_kind, body, each) => {
      if (!columnReference(each)) return true;
      body["table"] = { name: alias, quoted: false, trailing_comments: [] };
      return false;
    });
    if (kind === "measure") return parser.write((as(node, "paren")?.["this"] as SyntaxNode | undefined) ?? node);
    const where = (node["where_clause"] as SyntaxNode | null)?.["this"];
    return parser.write((as(where, "paren")?.["this"] ?? where) as SyntaxNode);
  }
}

const literalFor = (of: ColumnOf, value: string, dialect: Dialect) =>
  isNumeric(of.column) && /^-?\d+(\.\d+)?$/.test(value) ? value : dialect.text(value);

function whereOf({ intent, catalog, links, engine }: Building, joins: Joins, timeOf: ColumnOf | null): string[] {
  const { dialect } = joins;
  const place = { dialect, searchPath: catalog.searchPath };
  const conditions = intent.filters.map((filter: Filter): string => {
    switch (filter.kind) {
      case "value": {
        const column = joins.column(filter.of);
        const known = knownValues(filter.of.table, filter.of.column);
        const values = filter.values.map(
          (value) => known.find((each) => each.toLowerCase() === value.toLowerCase()) ?? value,
        );
        const [first = ""] = values;
        if (known.length > 0 && !known.includes(first)) {
          intent.assumptions.push(
            `“${first}” is not among the values of ${filter.of.column.name} that the catalogue knows.`,
          );
        }
        if (values.length > 1)
          return `${column} ${filter.not ? "NOT IN" : "IN"} (${values.map((value) => literalFor(filter.of, value, dialect)).join(", ")})`;
        return `${column} ${filter.not ? "<>" : "="} ${literalFor(filter.of, first, dialect)}`;
      }
      case "number":
        return `${joins.column(filter.of)} ${filter.comparison} ${filter.value}`;
      case "true": {
        const column = joins.column(filter.of);
        if (engine === "mssql" || engine === "mysql" || engine === "sqlite") return `${column} = ${filter.not ? 0 : 1}`;
        return filter.not ? `NOT ${column}` : column;
      }
      case "empty":
        return `${joins.column(filter.of)} IS ${filter.not ? "NOT " : ""}NULL`;
      case "fragment":
        return `(${joins.fragment(filter.table, filter.fragment.sql, "condition")})`;
      case "without": {
        const base = joins.reach(baseOf(intent, filter.table));
        const owner = baseOf(intent, filter.table);
        const ways = links.filter((link) => link.from === filter.table && link.to === owner);
        if (ways.length === 0) return refuse(`No foreign key of ${filter.table.name} leads to ${owner.name}.`);
        const options = ways.map((value) => ({ label: `${filter.table.name}.${value.columns.join(", ")}`, value }));
        const text = `${filter.table.name} points to ${owner.name} in more than one way. Which one do you mean?`;
        const link = choose(text, options, intent.chosenBefore);
        const on = link.columns.map(
          (column, index) => `x.${dialect.name(column)} = ${base}.${dialect.name(link.toColumns[index] ?? "")}`,
        );
        return `NOT EXISTS (SELECT 1 FROM ${tableSql(filter.table, place)} AS x WHERE ${on.join(" AND ")})`;
      }
    }
  });
  if (intent.time && timeOf) {
    const column = joins.column(timeOf);
    intent.assumptions.push(
      `“${intent.time.words}” is ${rangeWords(intent.time)}, by ${timeOf.table.name}.${timeOf.column.name}.`,
    );
    if (intent.time.from !== null) conditions.push(`${column} >= ${dialect.text(intent.time.from)}`);
    if (intent.time.before !== null) conditions.push(`${column} < ${dialect.text(intent.time.before)}`);
  }
  return conditions;
}

function rangeWords({ from, before }: { from: string | null; before: string | null }): string {
  if (from === null) return `all before ${before}`;
  return before === null ? `all from ${from} on` : `from ${from} up to but not including ${before}`;
}

/** Whose rows have none of another table: the first thing that is named beside it. */
function baseOf({ tables, groups, measures }: Intent, other: CatalogTable): CatalogTable {
  const counted = measures.flatMap((measure) => homeOf(measure) ?? []);
  const entities = groups.flatMap((group) => (group.kind === "entity" ? group.table : []));
  const found = [...counted, ...tables, ...entities].find((table) => table !== other);
  return found ?? refuse(`Of what are those without ${other.name} meant?`);
}

const timeNames = [
  /order|plac|purchas|sold|sale|book|invoice|issued/i,
  /paid|pay/i,
  /ship|deliver|start|begin|happen|occur|event|visit|hire|sign/i,
  /^date$|^day$|^time$|timestamp/i,
  /creat|regist|join|add|insert/i,
];

/** The moment of a table's rows: of its own, or of what they belong to. */
function timeColumn({ intent, links }: Building, base: CatalogTable): ColumnOf {
  const shown = intent.shown.filter(({ column }) => isTime(column));
  const [asked] = shown;
  if (asked && shown.length === 1) {
    intent.shown = intent.shown.filter((each) => each !== asked);
    return asked;
  }
  const own = timesOf(base);
  const near = own.length > 0 ? own : links.filter((link) => link.from === base).flatMap((link) => timesOf(link.to));
  const [first] = near;
  if (!first) return refuse(`Neither ${base.name} nor what it points to has a date.`);
  if (near.length === 1) return first;
  for (const pattern of timeNames) {
    const fitting = near.filter(({ column }) => pattern.test(column.name));
    if (fitting.length === 1 && fitting[0]) return fitting[0];
    if (fitting.length > 1) break;
  }
  return choose("By which date?", columnOptions(near), intent.chosenBefore);
}

const timesOf = (table: CatalogTable): ColumnOf[] =>
  table.columns.flatMap((column) =>
    isTime(column) && !/updat|modif|delet|expir/i.test(column.name) ? [{ table, column }] : [],
  );

function groupColumns(
  building: Building,
  joins: Joins,
  group: Group,
  timeOf: ColumnOf | null,
): { sql: string; alias: string | null }[] {
  if (group.kind === "time") {
    if (!timeOf) return [];
    return [{ sql: joins.dialect.truncate(joins.column(timeOf), group.unit), alias: group.unit }];
  }
  if (group.kind === "column") return [{ sql: joins.column(group.of, true), alias: null }];
  const { table } = group;
  const label = labelOf(table);
  const keys = (table.primaryKey?.columns ?? []).flatMap(
    (name) => table.columns.find((column) => column.name === name) ?? [],
  );
  if (!label && keys.length === 0) return refuse(`${table.name} has neither a key nor a name to group by.`);
  const columns = [...keys.map((column) => ({ table, column })), ...(label ? [label] : [])];
  return columns.map((of) => ({
    sql: joins.column(of, true),
    alias: of.column.name === "id" ? `${nameWords(table.name).join("_")}_id` : null,
  }));
}

function measured(
  building: Building,
  joins: Joins,
  base: CatalogTable,
  measures: Measure[],
): Omit<Select, "from" | "joins"> {
  const { intent } = building;
  const needsTime = intent.time !== null || intent.groups.some(({ kind }) => kind === "time");
  const timeOf = needsTime ? timeColumn(building, base) : null;
  if (intent.having) refuse("I cannot compute a figure over groups that are chosen by a figure themselves.");
  const groups = intent.groups.flatMap((group) => groupColumns(building, joins, group, timeOf));
  const where = whereOf(building, joins, timeOf);
  for (const table of intent.tables) joins.reach(table);
  for (const of of intent.shown) groups.push({ sql: joins.column(of, true), alias: null });
  const figures = measures.map((measure) => figureOf(measure, joins, base));
  if (joins.multiplied && figures.some(({ safe }) => !safe)) {
    refuse(
      `Joined with what is asked for, rows of ${base.name} would come several times and be counted again each time.`,
    );
  }
  const [first] = figures;
  const descending = intent.order?.descending ?? true;
  const times = groups.filter((_, index) => intent.groups[index]?.kind === "time");
  const ordered = intent.order !== null || (groups.length > 0 && times.length === 0);
  const orderBy =
    ordered && first
      ? [`${joins.dialect.name(first.alias)}${descending ? ` ${joins.dialect.descending}` : ""}`]
      : groups.map(({ sql }) => sql);
  return {
    distinct: false,
    outputs: [...groups, ...figures.map(({ sql, alias }) => ({ sql, alias }))],
    where,
    groupBy: groups.map(({ sql }) => sql),
    having: [],
    orderBy: groups.length > 0 ? orderBy : [],
    limit: groups.length > 0 ? intent.limit : null,
  };
}

function figureOf(measure: Measure, joins: Joins, base: CatalogTable): { sql: string; alias: string; safe: boolean } {
  if (measure.kind === "fragment") {
    const alias = nameWords(measure.term).join("_");
    return { sql: joins.fragment(measure.table, measure.fragment.sql, "measure"), alias, safe: false };
  }
  if (measure.kind === "count different") {
    return {
      sql: `COUNT(DISTINCT ${joins.column(measure.of)})`,
      alias: `different_${nameWords(measure.of.column.name).join("_")}`,
      safe: true,
    };
  }
  if (measure.kind === "count") {
    const alias = nameWords(base.name).join("_") + "_count";
    if (!joins.multiplied) return { sql: "COUNT(*)", alias, safe: true };
    const [key, ...more] = base.primaryKey?.columns ?? [];
    const column = base.columns.find(({ name }) => name === key);
    if (!column || more.length > 0) return { sql: "COUNT(*)", alias, safe: false };
    return { sql: `COUNT(DISTINCT ${joins.column({ table: base, column })})`, alias, safe: true };
  }
  const lead = { sum: "total", avg: "average", min: "lowest", max: "highest" }[measure.kind];
  return {
    sql: `${measure.kind.toUpperCase()}(${joins.column(measure.of)})`,
    alias: [...new Set([lead, ...nameWords(measure.of.column.name)])].join("_"),
    safe: measure.kind === "min" || measure.kind === "max",
  };
}

function listedRows(building: Building, joins: Joins, base: CatalogTable): Omit<Select, "from" | "joins"> {
  const { intent } = building;
  const timeOf = intent.time !== null || intent.order?.by === "time" ? timeColumn(building, base) : null;
  const label = labelOf(base);
  const keys = (base.primaryKey?.columns ?? []).flatMap(
    (name) => base.columns.find((column) => column.name === name) ?? [],
  );
  const named = intent.shown.map((of) => ({ sql: joins.column(of), alias: null }));
  const whole = base.columns.map((column) => ({ sql: joins.column({ table: base, column }), alias: null }));
  const outputs =
    named.length === 0
      ? whole
      : [
          ...(label && !intent.shown.some(({ column }) => column === label.column) && intent.tables.includes(base)
            ? [{ sql: joins.column(label), alias: null }]
            : []),
          ...named,
        ];
  const where = whereOf(building, joins, timeOf);
  if (intent.having)
    return havingRows(building, joins, base, where, { label, keys: keys.map((column) => ({ table: base, column })) });
  for (const table of intent.tables) joins.reach(table);
  const orderBy: string[] = [];
  if (intent.order?.by === "time" && timeOf)
    orderBy.push(`${joins.column(timeOf)}${intent.order.descending ? ` ${joins.dialect.descending}` : ""}`);
  else if (intent.order && typeof intent.order.by === "object") {
    orderBy.push(`${joins.column(intent.order.by)}${intent.order.descending ? ` ${joins.dialect.descending}` : ""}`);
  } else if (intent.order) {
    const numbers = base.columns.filter((column) => isNumeric(column) && !isKey(base, column));
    const prices = numbers.filter(({ name }) => /price|cost|amount|total|value/i.test(name));
    const candidates = prices.length > 0 ? prices : numbers;
    if (candidates.length === 0) refuse(`${base.name} has no number to rank by.`);
    const of = choose(
      "Ranked by which number?",
      columnOptions(candidates.map((column) => ({ table: base, column }))),
      intent.chosenBefore,
    );
    intent.assumptions.push(`Ranked by ${base.name}.${of.column.name}.`);
    orderBy.push(`${joins.column(of)}${intent.order.descending ? ` ${joins.dialect.descending}` : ""}`);
  }
  const limit = intent.limit ?? listRows;
  if (intent.limit === null) intent.assumptions.push(`At most ${listRows} rows are shown.`);
  return {
    distinct: joins.multiplied && orderBy.length === 0,
    outputs,
    where,
    groupBy: [],
    having: [],
    orderBy,
    limit,
  };
}

/** `customers with more than 5 orders`: a row for each, with how many there are. */
function havingRows(
  { intent, links }: Building,
  joins: Joins,
  base: CatalogTable,
  where: string[],
  { label, keys }: { label: ColumnOf | null; keys: ColumnOf[] },
): Omit<Select, "from" | "joins"> {
  const having = intent.having ?? refuse("");
  const direct = links.filter((link) => link.from === having.table && link.to === base);
  if (direct.length !== 1)
    refuse(`${having.table.name} must point to ${base.name} by exactly one foreign key for that.`);
  if (keys.length === 0) refuse(`${base.name} has no primary key to group by.`);
  if (joins.multiplied) refuse("The other conditions would count rows several times.");
  joins.reach(having.table, having.comparison.startsWith("<") || having.value === "0");
  for (const table of intent.tables) if (table !== base && table !== having.table) joins.reach(table);
  const counted = having.table.primaryKey?.columns[0];
  const column = having.table.columns.find(({ name }) => name === counted);
  const count = column ? `COUNT(${joins.column({ table: having.table, column })})` : "COUNT(*)";
  const columns = [...keys, ...(label ? [label] : [])].map((of) => ({ sql: joins.column(of), alias: null }));
  const alias = `${nameWords(having.table.name).join("_")}_count`;
  return {
    distinct: false,
    outputs: [...columns, { sql: count, alias }],
    where,
    groupBy: columns.map(({ sql }) => sql),
    having: [`${count} ${having.comparison} ${having.value}`],
    orderBy: [`${joins.dialect.name(alias)} ${joins.dialect.descending}`],
    limit: intent.limit ?? listRows,
  };
}
