import type { DatabaseSync } from "node:sqlite";
import type { Catalog, CatalogColumn, CatalogIndex, CatalogTable, ForeignKey } from "@mindmesh/contracts/query/catalog";
import { enumOfCheck, readCreateTable, type TableText } from "./create-table-text.ts";
import { columnStatisticsOf } from "./statistics.ts";
import { quoted, rowsOf } from "./rows.ts";
import { kindOfType } from "./values.ts";

const schema = "main";

/**
 * Reads what a SQLite file holds: from the pragmas, and from the texts of its statements what no pragma tells (checks, names of
 * foreign keys, comments).
 * @param samples reads values, too
 */
export function introspectSqlite(
  database: DatabaseSync,
  serverVersion: string,
  samples: boolean,
  progress: (share: number, text: string) => void,
): Catalog {
  const objects = rowsOf<[string, string, string | null]>(
    database,
    // Shadow tables of full-text and R-tree indexes are told apart by pragma_table_list alone.
    `SELECT o.type, o.name, o.sql FROM sqlite_schema o JOIN pragma_table_list l ON l.name = o.name AND l.schema = 'main'
     WHERE o.type IN ('table', 'view') AND l.type <> 'shadow' AND o.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY o.name`,
  );
  const gaps: string[] = [];
  const tables = objects.map(([type, name, sql], index): CatalogTable => {
    progress(index / Math.max(objects.length, 1), name);
    try {
      return type === "view" ? viewOf(database, name, sql) : tableOf(database, name, sql ?? "", samples);
    } catch (error) {
      // A view on a table that is gone, a virtual table whose module is not here: the others are still worth having.
      const reason = (error as Error).message;
      gaps.push(`${name}: ${reason}`);
      return { ...emptyTable(name, type === "view" ? "view" : "table"), definition: sql, gap: reason };
    }
  });
  progress(1, "");
  return { serverVersion, searchPath: [schema], tables, enums: [], functions: [], gaps };
}

function tableOf(database: DatabaseSync, name: string, sql: string, samples: boolean): CatalogTable {
  const text = readCreateTable(sql);
  const [count] = rowsOf<[bigint]>(database, `SELECT count(*) FROM ${quoted(name)}`);
  const rows = Number(count?.[0] ?? 0);
  const { columns, primary } = columnsOf(database, name, text, /\bAUTOINCREMENT\b/i.test(sql));
  const statistics = columnStatisticsOf(database, name, columns, rows, samples);
  const indexes = indexesOf(database, name);
  return {
    ...emptyTable(name, "table"),
    comment: text.comment,
    rowEstimate: rows,
    columns: columns.map((column, index) => ({ ...column, statistics: statistics[index] ?? null })),
    primaryKey: primary.length > 0 ? { name: null, columns: primary } : null,
    uniqueKeys: indexes.filter(isUniqueKey).map(({ name: key, parts }) => ({ name: key, columns: parts })),
    foreignKeys: foreignKeysOf(database, name, text),
    checks: text.checks,
    indexes: indexes.map(({ plain: _plain, ...index }) => index),
  };
}

/** A unique index over whole columns and all rows says the same as a key. */
const isUniqueKey = ({ unique, primary, condition, plain }: CatalogIndex & { plain: boolean }) =>
  unique && !primary && condition === null && plain;

function viewOf(database: DatabaseSync, name: string, sql: string | null): CatalogTable {
  const { columns } = columnsOf(database, name, readCreateTable(""), false);
  return { ...emptyTable(name, "view"), columns, definition: sql };
}

function columnsOf(database: DatabaseSync, table: string, text: TableText, isAutoIncrement: boolean) {
  const rows = rowsOf<[string, string, bigint, string | null, bigint, bigint]>(
    database,
    `SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid`,
    table,
  );
  const primary = rows.filter((row) => row[4] > 0n).toSorted((a, b) => Number(a[4] - b[4]));
  const enums = new Map(text.checks.flatMap(({ expression }) => enumEntry(expression)));
  // The alias of the row id: INTEGER, exactly so written, as the only primary key.
  const rowId = primary.length === 1 && primary[0]![1].toUpperCase() === "INTEGER" ? primary[0]![0] : null;
  const columns = rows.map(([name, type, notNull, fallback, key, hidden]): CatalogColumn => {
    const kind = kindOfType(type);
    const size = /\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/.exec(type);
    return {
      name,
      type,
      kind,
      nullable: notNull === 0n && !(name === rowId) && !(key > 0n && isAutoIncrement),
      default: fallback,
      generated: hidden === 2n || hidden === 3n ? "computed" : name === rowId ? "identity" : null,
      comment: text.comments.get(name) ?? null,
      enumValues: enums.get(name) ?? null,
      length: kind === "text" && size ? Number(size[1]) : null,
      precision: kind === "decimal" && size ? Number(size[1]) : null,
      scale: kind === "decimal" && size ? Number(size[2] ?? 0) : null,
      statistics: null,
    };
  });
  return { columns, primary: primary.map(([name]) => name) };
}

function enumEntry(expression: string): [string, string[]][] {
  const found = enumOfCheck(expression);
  return found === null ? [] : [[found.column, found.values]];
}

function indexesOf(database: DatabaseSync, table: string): (CatalogIndex & { plain: boolean })[] {
  const list = rowsOf<[string, bigint, string, bigint, string | null]>(
    database,
    `SELECT l.name, l."unique", l.origin, l.partial, s.sql FROM pragma_index_list(?) l
     LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = l.name ORDER BY l.seq DESC`,
    table,
  );
  return list.map(([name, unique, origin, partial, sql]) => {
    const parts = rowsOf<[string | null, bigint]>(
      database,
      `SELECT name, "desc" FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno`,
      name,
    );
    const expressions = sql === null ? [] : partsOfIndex(sql);
    return {
      name,
      // The name of an expression is null: it stands in the text alone.
      parts: parts.map(([column, descending], at) =>
        column === null ? (expressions[at] ?? "?") : descending === 1n ? `${column} DESC` : column,
      ),
      included: [],
      unique: unique === 1n,
      primary: origin === "pk",
      method: "btree",
      condition: partial === 1n ? (/\bWHERE\b([\s\S]*)$/i.exec(sql ?? "")?.[1]?.trim() ?? "") : null,
      bytes: null,
      scans: null,
      valid: true,
      plain: parts.every(([column]) => column !== null),
    };
  });
}

/** The parts of `CREATE INDEX … ON t (a, lower(b) DESC)` as they were written. */
function partsOfIndex(sql: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const sign of sql.slice(sql.indexOf("(") + 1)) {
    if (sign === "(") depth += 1;
    if (sign === ")") depth -= 1;
    if (depth < 0) break;
    if (sign === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += sign;
  }
  return [...parts, part.trim()];
}

function foreignKeysOf(database: DatabaseSync, table: string, text: TableText): ForeignKey[] {
  const rows = rowsOf<[bigint, string, string, string | null, string, string]>(
    database,
    `SELECT id, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq`,
    table,
  );
  return Object.values(Object.groupBy(rows, ([id]) => `k${String(id).padStart(6, "0")}`)).flatMap(
    (parts): ForeignKey[] => {
      const [first] = parts ?? [];
      if (parts === undefined || first === undefined) return [];
      const columns = parts.map((part) => part[2]);
      const [, to, , , onUpdate, onDelete] = first;
      // Without columns it is the primary key that is meant.
      const toColumns = parts.every((part) => part[3] !== null) ? parts.map((part) => part[3]!) : keyOf(database, to);
      const name = text.foreignKeyNames.find((key) => key.columns.join("\0") === columns.join("\0"))?.name ?? null;
      return [{ name, columns, to: { schema, name: to }, toColumns, onDelete, onUpdate }];
    },
  );
}

function keyOf(database: DatabaseSync, table: string): string[] {
  return rowsOf<[string]>(database, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", table).map(
    ([name]) => name,
  );
}

function emptyTable(name: string, kind: CatalogTable["kind"]): CatalogTable {
  return {
    schema,
    name,
    kind,
    comment: null,
    rowEstimate: null,
    bytes: null,
    columns: [],
    primaryKey: null,
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
    indexes: [],
    definition: null,
    sequentialScans: null,
    analyzedAt: null,
    gap: null,
  };
}
