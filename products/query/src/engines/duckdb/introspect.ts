import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { Catalog, CatalogColumn, CatalogIndex, CatalogTable, ForeignKey } from "@mindmesh/contracts/query/catalog";
import { columnStatisticsOf } from "./statistics.ts";
import { rowsOf } from "./rows.ts";
import { kindOfName } from "./values.ts";

type Text = string | null;
const text = (value: DuckDBValue | undefined): Text => (value === null || value === undefined ? null : String(value));
const list = (value: DuckDBValue | undefined): string[] =>
  value !== null && typeof value === "object" && "items" in value ? (value.items as DuckDBValue[]).map(String) : [];

const own = "database_name = current_database() AND NOT internal";

/** Reads what a DuckDB database holds, from its own tables about itself. */
export async function introspectDuckdb(
  connection: DuckDBConnection,
  serverVersion: string,
  samples: boolean,
  progress: (share: number, text: string) => void,
): Promise<Catalog> {
  const ask = (sql: string) => rowsOf<DuckDBValue[]>(connection, sql);
  const objects = await ask(
    `SELECT schema_name, table_name, 'table', comment, estimated_size, NULL FROM duckdb_tables() WHERE ${own}
     UNION ALL SELECT schema_name, view_name, 'view', comment, NULL, sql FROM duckdb_views() WHERE ${own} ORDER BY 1, 2`,
  );
  const columns = grouped(
    await ask(
      `SELECT schema_name, table_name, column_name, data_type, is_nullable, column_default, comment, character_maximum_length,
         numeric_precision, numeric_scale FROM duckdb_columns() WHERE ${own} ORDER BY schema_name, table_name, column_index`,
    ),
  );
  const constraints = grouped(
    await ask(
      `SELECT schema_name, table_name, constraint_type, constraint_name, constraint_column_names, expression, referenced_table,
         referenced_column_names FROM duckdb_constraints() WHERE database_name = current_database() ORDER BY constraint_index`,
    ),
  );
  const indexes = grouped(
    await ask(
      `SELECT schema_name, table_name, index_name, is_unique, is_primary, expressions FROM duckdb_indexes()
       WHERE database_name = current_database()`,
    ),
  );
  const tables: CatalogTable[] = [];
  const gaps: string[] = [];
  for (const [index, [schema, name, kind, comment, size, definition]] of objects.entries()) {
    progress(index / objects.length, String(name));
    const place = placeOf(schema, name);
    const known = (columns.get(place) ?? []).map(columnOf);
    const rows = kind === "table" ? Number(size ?? 0) : null;
    let gap: string | null = null;
    let statistics: CatalogColumn["statistics"][] = [];
    try {
      statistics =
        rows === null || rows === 0
          ? []
          : await columnStatisticsOf(connection, { schema: String(schema), name: String(name) }, known, samples);
    } catch (error) {
      gap = (error as Error).message.split("\n")[0] ?? "";
      gaps.push(`${String(name)}: ${gap}`);
    }
    const said = constraints.get(place) ?? [];
    const primary = said.find((each) => each[2] === "PRIMARY KEY");
    tables.push({
      schema: String(schema),
      name: String(name),
      kind: kind === "view" ? "view" : "table",
      comment: text(comment),
      rowEstimate: rows,
      bytes: null,
      columns: known.map((column, at) => ({ ...column, statistics: statistics[at] ?? null })),
      primaryKey: primary ? { name: text(primary[3]), columns: list(primary[4]) } : null,
      uniqueKeys: said
        .filter((each) => each[2] === "UNIQUE")
        .map((each) => ({ name: text(each[3]), columns: list(each[4]) })),
      foreignKeys: said.filter((each) => each[2] === "FOREIGN KEY").map((each) => foreignKeyOf(each, String(schema))),
      checks: said
        .filter((each) => each[2] === "CHECK")
        .map((each) => ({ name: text(each[3]), expression: text(each[5]) ?? "" })),
      indexes: (indexes.get(place) ?? []).map(indexOf),
      definition: text(definition),
      sequentialScans: null,
      analyzedAt: null,
      gap,
    });
  }
  progress(1, "");
  return {
    serverVersion,
    searchPath: ["main"],
    tables,
    enums: (
      await ask(
        `SELECT schema_name, type_name, labels, comment FROM duckdb_types() WHERE ${own} AND logical_type = 'ENUM'`,
      )
    ).map(([schema, name, labels, comment]) => ({
      schema: String(schema),
      name: String(name),
      values: list(labels),
      comment: text(comment),
    })),
    functions: (
      await ask(
        `SELECT schema_name, function_name, parameters, return_type, function_type, macro_definition, comment FROM duckdb_functions()
         WHERE ${own} AND function_type IN ('macro', 'table_macro')`,
      )
    ).map(([schema, name, parameters, returns, , , comment]) => ({
      schema: String(schema),
      name: String(name),
      arguments: list(parameters).join(", "),
      returns: text(returns) ?? "",
      kind: "function",
      language: "sql",
      volatility: null,
      securityDefiner: false,
      comment: text(comment),
    })),
    gaps,
  };
}

const placeOf = (schema: DuckDBValue | undefined, table: DuckDBValue | undefined) =>
  JSON.stringify([String(schema), String(table)]);

function grouped(rows: DuckDBValue[][]): Map<string, DuckDBValue[][]> {
  const groups = new Map<string, DuckDBValue[][]>();
  for (const row of rows) {
    const place = placeOf(row[0], row[1]);
    const group = groups.get(place);
    if (group) group.push(row);
    else groups.set(place, [row]);
  }
  return groups;
}

function columnOf([, , name, type, nullable, fallback, comment, , precision, scale]: DuckDBValue[]): CatalogColumn {
  const typeName = String(type);
  const kind = kindOfName(typeName);
  const labels =
    kind === "enum"
      ? [...typeName.matchAll(/'((?:[^']|'')*)'/g)].map((match) => match[1]!.replaceAll("''", "'"))
      : null;
  return {
    name: String(name),
    type: typeName,
    kind,
    nullable: nullable === true,
    default: text(fallback),
    generated: null,
    comment: text(comment),
    enumValues: labels,
    length: null,
    precision: kind === "decimal" ? Number(precision) : null,
    scale: kind === "decimal" ? Number(scale) : null,
    statistics: null,
  };
}

function foreignKeyOf([, , , name, columns, , to, toColumns]: DuckDBValue[], schema: string): ForeignKey {
  return {
    name: text(name),
    columns: list(columns),
    to: { schema, name: String(to) },
    toColumns: list(toColumns),
    onDelete: null,
    onUpdate: null,
  };
}

function indexOf([, , name, unique, primary, expressions]: DuckDBValue[]): CatalogIndex {
  return {
    name: String(name),
    // Such as `[author_id, 'lower(state)']`.
    parts: String(expressions)
      .replace(/^\[|\]$/g, "")
      .split(", ")
      .map((part) => part.replace(/^['"]|['"]$/g, "")),
    included: [],
    unique: unique === true,
    primary: primary === true,
    method: "art",
    condition: null,
    bytes: null,
    scans: null,
    valid: true,
  };
}
