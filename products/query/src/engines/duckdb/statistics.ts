import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import type { CatalogColumn, ColumnStatistics, TableName } from "@mindmesh/contracts/query/catalog";
import { quoted, rowsOf } from "./rows.ts";

const mostCommon = 10;
const longestSample = 200;
/** Rows that the most common values are looked for in. */
const sampleRows = 10_000;
const withoutOrder = new Set(["binary", "array", "other", "json", "geometry"]);

/** What the values of each column are like: counts over all rows, which DuckDB does fast, and common values from a sample. */
export async function columnStatisticsOf(
  connection: DuckDBConnection,
  { schema, name }: TableName,
  columns: readonly CatalogColumn[],
  samples: boolean,
): Promise<(ColumnStatistics | null)[]> {
  const table = `${quoted(schema)}.${quoted(name)}`;
  const statistics: (ColumnStatistics | null)[] = [];
  for (const column of columns) {
    const field = quoted(column.name);
    const hasOrder = !withoutOrder.has(column.kind);
    const short = (value: string) => `left(CAST(${value} AS VARCHAR), ${longestSample})`;
    const [row = []] = await rowsOf<DuckDBValue[]>(
      connection,
      `SELECT count(*), count(${field}), ${hasOrder ? `approx_count_distinct(${field})` : "NULL"},
         ${column.kind === "text" ? `avg(strlen(${field}))` : "NULL"},
         ${samples && hasOrder ? `${short(`min(${field})`)}, ${short(`max(${field})`)}` : "NULL, NULL"} FROM ${table}`,
    );
    const [all, filled, distinct, bytes, minimum, maximum] = row;
    const common =
      samples && hasOrder
        ? await rowsOf<[DuckDBValue, DuckDBValue]>(
            connection,
            `SELECT v, count(*) FROM (SELECT ${short(field)} AS v FROM ${table} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7))
             WHERE v IS NOT NULL GROUP BY v ORDER BY 2 DESC, 1 LIMIT ${mostCommon}`,
          )
        : [];
    const seen = Math.min(Number(all), sampleRows);
    statistics.push({
      nullShare: Number(all) === 0 ? null : 1 - Number(filled) / Number(all),
      distinct: distinct === null || distinct === undefined ? null : Number(distinct),
      averageBytes: bytes === null || bytes === undefined ? null : Number(bytes),
      minimum: minimum == null ? null : String(minimum),
      maximum: maximum == null ? null : String(maximum),
      common: common.map(([value, count]) => ({ value: String(value), share: Number(count) / Math.max(seen, 1) })),
    });
  }
  return statistics;
}
