import type { CatalogTable, TableName } from "@mindmesh/contracts/query/catalog";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { MockValue } from "./made-table.ts";
import type { MockPart } from "./mock-rows.ts";

const rowsOfStatement = 200;

/** The rows as an SQL script in an engine's dialect, a statement at a time: `sqlStatements` in one transaction. */
export async function* sqlScript(engine: EngineKind, parts: AsyncIterable<MockPart>): AsyncGenerator<string> {
  const { begin, commit } = dialects[engine];
  yield `${begin}\n`;
  for await (const statement of sqlStatements(engine, parts)) yield `${statement};\n`;
  yield `${commit}\n`;
}

/** The rows as statements in an engine's dialect: INSERTs of many rows, references of rings at the end. */
export async function* sqlStatements(engine: EngineKind, parts: AsyncIterable<MockPart>): AsyncGenerator<string> {
  const { quote } = dialects[engine];
  const nameOf = ({ schema, name }: TableName) =>
    engine === "sqlite" ? quote(name) : `${quote(schema)}.${quote(name)}`;
  let head = "";
  let kinds: (CatalogTable["columns"][number] | undefined)[] = [];
  for await (const part of parts) {
    if (part.type === "table") {
      kinds = part.columns.map((name) => part.catalog.columns.find((column) => column.name === name));
      head = `INSERT INTO ${nameOf(part.table)} (${part.columns.map(quote).join(", ")}) VALUES\n`;
    } else if (part.type === "rows") {
      for (let from = 0; from < part.rows.length; from += rowsOfStatement) {
        const rows = part.rows.slice(from, from + rowsOfStatement);
        yield `${head}${rows.map((row) => `(${row.map((value, index) => literal(engine, value, kinds[index])).join(", ")})`).join(",\n")}`;
      }
    } else {
      const of = (name: string) => part.catalog.columns.find((column) => column.name === name);
      for (const { key, values } of part.rows) {
        const set = part.columns
          .map((name, index) => `${quote(name)} = ${literal(engine, values[index] ?? null, of(name))}`)
          .join(", ");
        const where = part.key
          .map((name, index) => `${quote(name)} = ${literal(engine, key[index] ?? null, of(name))}`)
          .join(" AND ");
        yield `UPDATE ${nameOf(part.table)} SET ${set} WHERE ${where}`;
      }
    }
  }
}

/** One table as CSV (RFC 4180) with its names; NULL is nothing, an empty text is "". */
export async function* csvOfTable(table: TableName, parts: AsyncIterable<MockPart>): AsyncGenerator<string> {
  let isOurs = false;
  for await (const part of parts) {
    if (part.type === "table") {
      isOurs = part.table.schema === table.schema && part.table.name === table.name;
      if (isOurs) yield `${part.columns.map(csvCell).join(",")}\r\n`;
    } else if (part.type === "rows" && isOurs) {
      yield part.rows
        .map((row) => `${row.map((value) => (value === null ? "" : csvCell(String(value)))).join(",")}\r\n`)
        .join("");
    }
  }
}

const csvCell = (text: string) => (text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const standard = { quote: (name: string) => `"${name.replaceAll('"', '""')}"`, begin: "BEGIN;", commit: "COMMIT;" };
const dialects: Record<EngineKind, typeof standard> = {
  // Rings are closed by the end of the transaction.
  postgres: { ...standard, begin: "BEGIN; SET CONSTRAINTS ALL DEFERRED;" },
  sqlite: standard,
  duckdb: standard,
  mysql: {
    quote: (name) => `\`${name.replaceAll("`", "``")}\``,
    // Keys hold by the order of the rows, but for rings, which are closed at the end.
    begin: "SET NAMES utf8mb4; SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES'); START TRANSACTION;",
    commit: "COMMIT;",
  },
  mssql: { quote: (name) => `[${name.replaceAll("]", "]]")}]`, begin: "BEGIN TRANSACTION;", commit: "COMMIT;" },
};

function literal(engine: EngineKind, value: MockValue, column: CatalogTable["columns"][number] | undefined): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean")
    return engine === "postgres" || engine === "duckdb" ? String(value) : value ? "1" : "0";
  if (typeof value !== "string") return String(value);
  const text = `'${value.replaceAll("'", "''")}'`;
  if (column?.kind === "decimal" && /^-?[\d.]+$/.test(value)) return value;
  if (column?.kind === "binary" && value.startsWith("\\x")) {
    if (engine === "postgres") return text;
    return engine === "mssql"
      ? `0x${value.slice(2)}`
      : engine === "duckdb"
        ? `unhex('${value.slice(2)}')`
        : `x'${value.slice(2)}'`;
  }
  if (column?.kind === "array") {
    const list = JSON.parse(value) as (string | number)[];
    const inner = list.map((each) => (typeof each === "number" ? each : `'${each.replaceAll("'", "''")}'`)).join(", ");
    return engine === "duckdb" ? `[${inner}]` : engine === "postgres" ? `ARRAY[${inner}]::${column.type}` : text;
  }
  return engine === "mssql" ? `N${text}` : text;
}
