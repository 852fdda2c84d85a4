import type {
  Catalog,
  CatalogColumn,
  CatalogFunction,
  CatalogTable,
  ColumnStatistics,
} from "@mindmesh/contracts/query/catalog";
import type { ColumnKind } from "@mindmesh/contracts/query/engine";
import type { IntrospectRequest } from "../engine.ts";
import { watchFailure, watchStatement } from "../statement-watch.ts";
import { statementFailure } from "./failures.ts";
import { type Login, ask } from "./login.ts";
import { begin, leaveNothing } from "./transaction.ts";

/** Time for all questions together. */
const seconds = 300;
/** Rows that are looked at for samples of one table, from wherever the engine begins. */
const sampledRows = 1000;
const commonValues = 20;

/** Reads all that a database says of itself; what the login may not see is not in it. @throws StatementFailure */
export async function introspect(login: Login, request: IntrospectRequest): Promise<Catalog> {
  const watch = watchStatement({ seconds, signal: request.signal }, login.cancel, login.destroy);
  try {
    await watch.race(begin(login, "read", seconds));
    return await readAll(login, request, (sql) => {
      watch.check();
      return watch.race(ask(login.connection, sql));
    });
  } catch (error) {
    const reason = watch.reason();
    throw reason === null ? statementFailure(error, "") : watchFailure(reason, error);
  } finally {
    await watch.stop();
    await leaveNothing(login);
  }
}

type Row = (string | null)[];
type Question = (sql: string) => Promise<Row[]>;

const number = (text: string | null | undefined) => (text === null || text === undefined ? null : Number(text));
const place = (...names: (string | null | undefined)[]) => JSON.stringify(names);

async function readAll(login: Login, { progress, samples }: IntrospectRequest, question: Question): Promise<Catalog> {
  const { isMariaDb, version, settings } = login;
  const own = (column: string) =>
    settings.database === ""
      ? `${column} NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')`
      : `${column} = ${login.connection.escape(settings.database)}`;
  progress(0, "tables");
  const tableRows = await question(
    `SELECT t.table_schema, t.table_name, t.table_type, t.table_comment, t.table_rows, t.data_length + t.index_length, t.update_time
     FROM information_schema.tables t WHERE ${own("t.table_schema")} ORDER BY 1, 2`,
  );
  const definitions = await question(
    `SELECT table_schema, table_name, view_definition FROM information_schema.views WHERE ${own("table_schema")}`,
  );
  progress(0.2, "columns");
  const columnRows = await question(
    `SELECT table_schema, table_name, column_name, column_type, data_type, is_nullable, column_default, extra, column_comment,
       character_maximum_length, numeric_precision, numeric_scale, generation_expression
     FROM information_schema.columns WHERE ${own("table_schema")} ORDER BY table_schema, table_name, ordinal_position`,
  );
  progress(0.4, "keys");
  const keyRows = await question(
    `SELECT k.table_schema, k.table_name, k.constraint_name, c.constraint_type, k.column_name, k.referenced_table_schema,
       k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule
     FROM information_schema.table_constraints c JOIN information_schema.key_column_usage k
       ON k.constraint_schema = c.constraint_schema AND k.constraint_name = c.constraint_name AND k.table_schema = c.table_schema AND k.table_name = c.table_name
     LEFT JOIN information_schema.referential_constraints r
       ON r.constraint_schema = c.constraint_schema AND r.constraint_name = c.constraint_name AND r.table_name = c.table_name
     WHERE ${own("c.table_schema")} ORDER BY k.table_schema, k.table_name, k.constraint_name, k.ordinal_position`,
  );
  const checkRows = await question(
    isMariaDb
      ? `SELECT constraint_schema, table_name, constraint_name, check_clause FROM information_schema.check_constraints WHERE ${own("constraint_schema")}`
      : `SELECT t.table_schema, t.table_name, t.constraint_name, c.check_clause FROM information_schema.check_constraints c
         JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name
         WHERE t.constraint_type = 'CHECK' AND ${own("t.table_schema")}`,
  );
  progress(0.6, "indexes");
  const indexRows = await question(
    `SELECT table_schema, table_name, index_name, non_unique, column_name, ${isMariaDb ? "NULL" : "expression"}, index_type, sub_part, cardinality
     FROM information_schema.statistics WHERE ${own("table_schema")} ORDER BY table_schema, table_name, index_name, seq_in_index`,
  );
  progress(0.75, "functions");
  const routineRows = await question(
    `SELECT r.routine_schema, r.routine_name, r.routine_type, IFNULL(r.dtd_identifier, ''), r.routine_body, r.is_deterministic, r.security_type,
       r.routine_comment, (SELECT GROUP_CONCAT(CONCAT(IFNULL(p.parameter_name, ''), ' ', p.dtd_identifier) ORDER BY p.ordinal_position SEPARATOR ', ')
         FROM information_schema.parameters p WHERE p.specific_schema = r.routine_schema AND p.specific_name = r.specific_name
           AND p.routine_type = r.routine_type AND p.ordinal_position > 0)
     FROM information_schema.routines r WHERE ${own("r.routine_schema")} ORDER BY 1, 2`,
  );

  const views = new Map(definitions.map(([schema, name, text]) => [place(schema, name), text ?? null]));
  const tables = new Map(tableRows.map((row) => [place(row[0], row[1]), tableOf(row, views)]));
  const checks = new Map(checkRows.map(([schema, table, name, text]) => [place(schema, table, name), text ?? ""]));
  for (const row of columnRows) {
    const table = tables.get(place(row[0], row[1]));
    // MariaDB keeps JSON as text with a check of its own.
    const isJson = checks.get(place(row[0], row[1], row[2]))?.startsWith("json_valid(") ?? false;
    table?.columns.push(columnOf(row, isMariaDb, isJson));
  }
  for (const [schema, table, name, text] of checkRows) {
    tables.get(place(schema, table))?.checks.push({ name: name ?? null, expression: text ?? "" });
  }
  for (const row of keyRows) addKey(tables.get(place(row[0], row[1])), row);
  for (const row of indexRows) addIndex(tables.get(place(row[0], row[1])), row);

  const gaps: string[] = [];
  if (samples) await addSamples(login, [...tables.values()], question, progress);
  else progress(1, "done");
  for (const table of tables.values()) {
    if (table.columns.length === 0) table.gap ??= "The login sees no column of this table.";
  }
  const closed = [...tables.values()].filter(({ gap }) => gap !== null).length;
  if (closed > 0) gaps.push(`${closed} of ${tables.size} tables could not be read, or not wholly.`);
  return {
    serverVersion: `${isMariaDb ? "MariaDB" : "MySQL"} ${version.replace(/^5\.5\.5-/, "")}`,
    searchPath: settings.database === "" ? [] : [settings.database],
    tables: [...tables.values()],
    enums: [],
    functions: routineRows.map((row) => routineOf(row)),
    gaps,
  };
}

function tableOf([schema, name, type, comment, rows, bytes]: Row, views: Map<string, string | null>): CatalogTable {
  const isView = type === "VIEW" || type === "SYSTEM VIEW";
  return {
    schema: schema ?? "",
    name: name ?? "",
    kind: isView ? "view" : "table",
    // A view that cannot be read says so in its comment.
    comment: isView || comment === "" ? null : (comment ?? null),
    rowEstimate: isView ? null : number(rows),
    bytes: isView ? null : number(bytes),
    columns: [],
    primaryKey: null,
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    indexes: [],
    definition: views.get(place(schema, name)) || null,
    sequentialScans: null,
    analyzedAt: null,
    gap:
      isView && /references invalid/.test(comment ?? "")
        ? "The view reads tables that are gone, or that its owner may not read."
        : null,
  };
}

const kinds: Record<string, ColumnKind> = {
  tinyint: "integer",
  smallint: "integer",
  mediumint: "integer",
  int: "integer",
  bigint: "integer",
  year: "integer",
  decimal: "decimal",
  float: "float",
  double: "float",
  date: "date",
  time: "time",
  datetime: "timestamp",
  timestamp: "timestamp",
  json: "json",
  enum: "enum",
  uuid: "uuid",
  bit: "binary",
  binary: "binary",
  varbinary: "binary",
  tinyblob: "binary",
  blob: "binary",
  mediumblob: "binary",
  longblob: "binary",
  vector: "binary",
  char: "text",
  varchar: "text",
  tinytext: "text",
  text: "text",
  mediumtext: "text",
  longtext: "text",
};
const shapes = new Set([
  "geometry",
  "point",
  "linestring",
  "polygon",
  "multipoint",
  "multilinestring",
  "multipolygon",
  "geometrycollection",
  "geomcollection",
]);

function columnOf(row: Row, isMariaDb: boolean, isJson: boolean): CatalogColumn {
  const [, , name, type = "", data = "", nullable, initial, extra, comment, length, precision, scale, generation] = row;
  const base = (data ?? "").toLowerCase();
  let kind: ColumnKind = kinds[base] ?? (shapes.has(base) ? "geometry" : "other");
  if (isJson) kind = "json";
  let generated: CatalogColumn["generated"] = null;
  if (/auto_increment/i.test(extra ?? "")) generated = "identity";
  else if (generation) generated = "computed";
  return {
    name: name ?? "",
    type: type ?? "",
    kind,
    nullable: nullable === "YES",
    // MariaDB writes NULL as a word where there is no default.
    default: generated === "computed" ? generation! : isMariaDb && initial === "NULL" ? null : (initial ?? null),
    generated,
    comment: comment === "" ? null : (comment ?? null),
    enumValues: base === "enum" ? enumValues(type ?? "") : null,
    length: kind === "text" ? number(length) : null,
    precision: kind === "decimal" ? number(precision) : null,
    scale: kind === "decimal" ? number(scale) : null,
    statistics: null,
  };
}

const enumValues = (type: string) =>
  [...type.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = ""]) => value.replaceAll("''", "'"));

function addKey(table: CatalogTable | undefined, row: Row): void {
  if (!table) return;
  const [, , name = null, type, column = "", toSchema, toTable, toColumn, onDelete, onUpdate] = row;
  if (type === "FOREIGN KEY") {
    let key = table.foreignKeys.find((each) => each.name === name);
    if (!key) {
      key = {
        name,
        columns: [],
        to: { schema: toSchema ?? "", name: toTable ?? "" },
        toColumns: [],
        onDelete: onDelete ?? null,
        onUpdate: onUpdate ?? null,
      };
      table.foreignKeys.push(key);
    }
    key.columns.push(column ?? "");
    key.toColumns.push(toColumn ?? "");
    return;
  }
  if (type === "PRIMARY KEY") {
    table.primaryKey ??= { name, columns: [] };
    table.primaryKey.columns.push(column ?? "");
    return;
  }
  if (type !== "UNIQUE") return;
  let key = table.uniqueKeys.find((each) => each.name === name);
  if (!key) {
    key = { name, columns: [] };
    table.uniqueKeys.push(key);
  }
  key.columns.push(column ?? "");
}

function addIndex(table: CatalogTable | undefined, row: Row): void {
  if (!table) return;
  const [, , name = "", nonUnique, column, expression, method, part, cardinality] = row;
  let index = table.indexes.find((each) => each.name === name);
  if (!index) {
    index = {
      name: name ?? "",
      parts: [],
      included: [],
      unique: nonUnique === "0",
      primary: name === "PRIMARY",
      method: method?.toLowerCase() ?? null,
      condition: null,
      bytes: null,
      scans: null,
      valid: true,
    };
    table.indexes.push(index);
  }
  index.parts.push(expression ?? (part ? `${column}(${part})` : (column ?? "")));
  // Of a single column's index the number of different values is known.
  const owner = index.parts.length === 1 ? table.columns.find((each) => each.name === column) : undefined;
  if (owner && cardinality && !part) owner.statistics ??= { ...unknown, distinct: Number(cardinality) };
}

const unknown: ColumnStatistics = {
  nullShare: null,
  distinct: null,
  averageBytes: null,
  minimum: null,
  maximum: null,
  common: [],
};

function routineOf(row: Row): CatalogFunction {
  const [schema, name, type, returns, body, deterministic, security, comment, parameters] = row;
  return {
    schema: schema ?? "",
    name: name ?? "",
    arguments: parameters ?? "",
    returns: returns ?? "",
    kind: type === "PROCEDURE" ? "procedure" : "function",
    language: body?.toLowerCase() ?? null,
    volatility: type === "PROCEDURE" ? null : deterministic === "YES" ? "immutable" : "volatile",
    securityDefiner: security === "DEFINER",
    comment: comment === "" ? null : (comment ?? null),
  };
}

const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``;

/** The first rows of each table, for its most common values; a table that cannot be read becomes a gap. */
async function addSamples(
  login: Login,
  tables: CatalogTable[],
  question: Question,
  progress: IntrospectRequest["progress"],
): Promise<void> {
  for (const [index, table] of tables.entries()) {
    progress(0.75 + (0.25 * (index + 1)) / tables.length, `samples of ${table.name}`);
    const shown = table.columns.filter(({ kind }) => !["binary", "geometry", "json"].includes(kind));
    if (table.kind !== "table" || shown.length === 0) continue;
    const names = shown.map(({ name }) => `LEFT(${quoted(name)}, 200)`).join(", ");
    const from = `${quoted(table.schema)}.${quoted(table.name)}`;
    try {
      const rows = await question(`SELECT ${names} FROM ${from} LIMIT ${sampledRows}`);
      shown.forEach((column, position) => {
        column.statistics = {
          ...(column.statistics ?? unknown),
          ...sampleOf(rows.map((row) => row[position] ?? null)),
        };
      });
    } catch (error) {
      const number = (error as { errno?: number }).errno;
      // Rights, and what went away or broke while the catalogue was read.
      if (number === undefined || ![1142, 1143, 1146, 1356, 1054, 1370].includes(number)) throw error;
      table.gap ??= "The login may not read the rows of this table, or it went away meanwhile.";
    }
  }
}

function sampleOf(values: (string | null)[]): Partial<ColumnStatistics> {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const nulls = values.filter((value) => value === null).length;
  const common = [...counts].sort((a, b) => b[1] - a[1]).slice(0, commonValues);
  return {
    nullShare: values.length === 0 ? null : nulls / values.length,
    common: common.map(([value, count]) => ({
      value,
      share: values.length < sampledRows ? count / values.length : null,
    })),
  };
}
