import { text } from "node:stream/consumers";
import { DuckDBInstance } from "@duckdb/node-api";
import type { ColumnKind } from "@mindmesh/contracts/query/engine";
import { limitMyself } from "@mindmesh/kernel/isolated";
import type { ParquetWork } from "./parquet.ts";

limitMyself();

/** DuckDB's types for a kind, the narrowest first; each only where every value fits. */
const candidates: Partial<Record<ColumnKind, string[]>> = {
  integer: ["BIGINT", "HUGEINT"],
  float: ["DOUBLE"],
  boolean: ["BOOLEAN"],
  date: ["DATE"],
  time: ["TIME"],
  timestamp: ["TIMESTAMP", "TIMESTAMPTZ"],
  uuid: ["UUID"],
};

const { input, output, longest, columns } = JSON.parse(await text(process.stdin)) as ParquetWork;
const literal = (value: string) => `'${value.replaceAll("'", "''")}'`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

const instance = await DuckDBInstance.create(":memory:", { threads: "1", memory_limit: "700MB" });
const connection = await instance.connect();
const names = columns.map((_, at) => `c${at}: 'VARCHAR'`).join(", ");
/** DuckDB reads with buffers of twice this size; 16 MiB is its own usual measure. */
const objectBytes = Math.max(16 * 1024 * 1024, longest + 1024);
const rows = `read_json(${literal(input)}, format = 'newline_delimited', columns = {${names}}, maximum_object_size = ${objectBytes})`;

async function one(sql: string): Promise<unknown[]> {
  return (await connection.runAndReadAll(sql)).getRows()[0] ?? [];
}

/** Whether every value of a column can be cast without losing anything. */
async function fits(at: number, type: string): Promise<boolean> {
  // DuckDB keeps microseconds; it would cut what is finer, and drop an offset from a TIMESTAMP.
  const loses = type.startsWith("TIME")
    ? `OR regexp_matches(c${at}, '\\.[0-9]{7,}')${type === "TIMESTAMP" ? ` OR regexp_matches(c${at}, '[+-][0-9]{2}(:?[0-9]{2})?$') AND length(c${at}) > 10` : ""}`
    : "";
  const [wrong] = await one(
    `SELECT count(*) FILTER (WHERE c${at} IS NOT NULL AND (try_cast(c${at} AS ${type}) IS NULL ${loses})) FROM ${rows}`,
  );
  return Number(wrong) === 0;
}

/** DECIMAL with as many places as the longest value has; null where 38 digits are too few. */
async function decimalType(at: number): Promise<string | null> {
  const [places, whole] = await one(
    `SELECT max(length(regexp_extract(c${at}, '\\.([0-9]+)$', 1))), max(length(regexp_extract(c${at}, '^-?([0-9]+)', 1))) FROM ${rows}`,
  );
  const [scale, digits] = [Number(places ?? 0), Number(whole ?? 0)];
  return scale + digits <= 38 ? `DECIMAL(38, ${scale})` : null;
}

const selected: string[] = [];
for (const [at, { name, kind }] of columns.entries()) {
  const decimal = kind === "decimal" ? await decimalType(at) : null;
  let chosen: string | null = null;
  for (const type of decimal === null ? (candidates[kind] ?? []) : [decimal]) {
    if (chosen === null && (await fits(at, type))) chosen = type;
  }
  selected.push(`${chosen === null ? `c${at}` : `CAST(c${at} AS ${chosen})`} AS ${quoted(name)}`);
}
await connection.run(
  `COPY (SELECT ${selected.join(", ")} FROM ${rows}) TO ${literal(output)} (FORMAT parquet, COMPRESSION zstd)`,
);
connection.closeSync();
process.stdout.write("done", () => process.exit(0));
