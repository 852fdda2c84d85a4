import type { Catalog, CatalogColumn, CatalogTable, ForeignKey } from "@mindmesh/contracts/query/catalog";
import type { Description, LintFinding, LintRule } from "@mindmesh/contracts/query/documentation";
import { unindexedKeys } from "../catalog/covering-index.ts";

const tableKey = ({ schema, name }: { schema: string; name: string }) => JSON.stringify([schema, name]);

/** Columns from which on a table is called wide: several pages of a screen, and more than most engines' rows hold well. */
const wideFrom = 80;
/** Share of the 32-bit range from which on an id is near its end. */
const nearEnd = 0.5;
const largestInteger = 2_147_483_647;

const money = /(^|_)(amount|price|cost|total|subtotal|balance|fee|tax|salary|revenue|discount|payment)s?(_|$)/i;
const time = /(^|_)(date|time|timestamp|datetime)(_|$)|_(at|on)$/i;
const plain = /^[a-z_][a-z0-9_$]*$/;

/**
 * What a careful reviewer would say of a schema, table by table in the order of the catalogue. Every finding rests on the catalogue
 * alone; nothing is run. Views are looked at for descriptions only.
 */
export function lintSchema(catalog: Catalog, described: readonly Description[]): LintFinding[] {
  const tables = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const referred = new Set(catalog.tables.flatMap(({ foreignKeys }) => foreignKeys.map(({ to }) => tableKey(to))));
  const texts = new Set(described.map(({ schema, table, column }) => JSON.stringify([schema, table, column])));
  return catalog.tables.flatMap((table) => {
    const findings = [...lintDescriptions(table, texts)];
    if (table.kind !== "table" && table.kind !== "partitioned table") return findings;
    return [
      ...lintTable(table, referred.has(tableKey(table))),
      ...table.columns.flatMap((column) => [...lintColumn(table, column)]),
      ...table.foreignKeys.flatMap((key) => [...lintKey(table, key, tables.get(tableKey(key.to)))]),
      ...findings,
    ];
  });
}

function finding(
  rule: LintRule,
  severity: LintFinding["severity"],
  table: CatalogTable,
  column: string | null,
  message: string,
  advice: string,
): LintFinding {
  return { rule, severity, schema: table.schema, table: table.name, column, message, advice };
}

function* lintDescriptions(table: CatalogTable, texts: ReadonlySet<string>): Generator<LintFinding> {
  const has = (column: string | null, comment: string | null) =>
    (comment ?? "").trim() !== "" || texts.has(JSON.stringify([table.schema, table.name, column]));
  if (!has(null, table.comment)) {
    yield finding(
      "comment",
      "hint",
      table,
      null,
      "Nothing says what this table is for.",
      "Describe it here, or add a comment in the database.",
    );
  }
  const silent = table.columns.filter(({ name, comment }) => !has(name, comment));
  if (silent.length > 0) {
    const named = silent.slice(0, 5).map(({ name }) => name);
    const more = silent.length > named.length ? ` and ${silent.length - named.length} more` : "";
    yield finding(
      "comment",
      "hint",
      table,
      null,
      `${silent.length === 1 ? "One column has" : `${silent.length} columns have`} no description: ${named.join(", ")}${more}.`,
      "Describe at least those whose meaning or unit cannot be told from the name.",
    );
  }
}

function* lintTable(table: CatalogTable, isReferred: boolean): Generator<LintFinding> {
  if (table.primaryKey === null) {
    yield finding(
      "primary-key",
      "warning",
      table,
      null,
      "Without a primary key rows cannot be told apart: duplicates go unseen, and replication and updates of single rows are hard.",
      table.uniqueKeys.length > 0
        ? `Make the unique key (${table.uniqueKeys[0]?.columns.join(", ")}) the primary key.`
        : "Add a primary key: a natural one, or an identity column.",
    );
  }
  if (!isReferred && table.foreignKeys.length === 0) {
    yield finding(
      "unrelated-table",
      "hint",
      table,
      null,
      "No foreign key leads to or from this table, so that nothing keeps it in step with the others.",
      "If it belongs to others, declare the foreign keys; inferred ones stand under Schema.",
    );
  }
  if (table.columns.length >= wideFrom) {
    yield finding(
      "wide-table",
      "hint",
      table,
      null,
      `${table.columns.length} columns: every SELECT * is dear, and most rows will be mostly empty.`,
      "Move groups of columns that belong together into tables of their own.",
    );
  }
  for (const name of [table.name, ...table.columns.map((column) => column.name)]) {
    if (plain.test(name)) continue;
    const column = name === table.name ? null : name;
    yield finding(
      "name",
      "hint",
      table,
      column,
      `The name "${name}" must be quoted in every statement.`,
      "Lower-case letters, digits and underscores need no quotes in any engine.",
    );
  }
}

function* lintColumn(table: CatalogTable, column: CatalogColumn): Generator<LintFinding> {
  const { name, kind, type, nullable, statistics } = column;
  if (kind === "float" && money.test(name)) {
    yield finding(
      "money-as-float",
      "warning",
      table,
      name,
      `${type} cannot hold most decimal fractions: sums of amounts are off by parts of a cent, more with every row.`,
      "Use numeric(p, s), or whole cents.",
    );
  }
  if (kind === "text" && time.test(name) && !/zone|format|name/i.test(name)) {
    yield finding(
      "text-as-time",
      "warning",
      table,
      name,
      "Kept as text, dates sort wrongly, may be of any form, and cannot use an index for ranges.",
      "Use date or a timestamp type.",
    );
  }
  if (kind === "timestamp" && /without time zone|^timestamp$|^datetime2?$/i.test(type)) {
    yield finding(
      "time-without-zone",
      "hint",
      table,
      name,
      `${type} holds a clock's reading without saying of which zone: the same value means different moments to different clients.`,
      "Use a type with time zone, or say in the description which zone is meant.",
    );
  }
  if (kind === "boolean" && nullable) {
    yield finding(
      "nullable-flag",
      "hint",
      table,
      name,
      "It may be yes, no, or neither; conditions such as NOT flag leave out the rows with neither.",
      "Declare it NOT NULL with a default, unless unknown is meant.",
    );
  }
  const largest = Number(statistics?.maximum ?? Number.NaN);
  const isSmall = /^(int|integer|int4|serial)$/i.test(type) && column.generated === "identity";
  if (isSmall && largest > largestInteger * nearEnd) {
    yield finding(
      "small-id",
      "warning",
      table,
      name,
      `The largest id is ${largest.toLocaleString("en")} of ${largestInteger.toLocaleString("en")} that the type can hold.`,
      "Change it to bigint before it runs out; that rewrites the table.",
    );
  }
}

function* lintKey(table: CatalogTable, key: ForeignKey, target: CatalogTable | undefined): Generator<LintFinding> {
  const named = key.columns.join(", ");
  const typesOf = (of: CatalogTable | undefined, columns: readonly string[]) =>
    columns.map((column) => of?.columns.find(({ name }) => name === column)?.type ?? "?");
  const own = typesOf(table, key.columns);
  const others = typesOf(target, key.toColumns);
  if (target && own.some((type, index) => type !== others[index])) {
    yield finding(
      "key-type",
      "warning",
      table,
      key.columns[0] ?? null,
      `${named} is ${own.join(", ")}, but ${target.name} has ${others.join(", ")}: joins must convert, and may not use an index.`,
      "Give both the same type.",
    );
  }
  if (unindexedKeys(table).includes(key)) {
    yield finding(
      "key-index",
      "warning",
      table,
      key.columns[0] ?? null,
      `No index begins with ${named}: joins from ${key.to.name} and deletes there read the whole table.`,
      `CREATE INDEX on ${table.name} (${named}).`,
    );
  }
}
