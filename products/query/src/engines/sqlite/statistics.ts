import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { CatalogColumn, ColumnStatistics } from "@mindmesh/contracts/query/catalog";
import { distinctEstimate } from "../child/distinct-estimate.ts";
import { quoted, rowsOf } from "./rows.ts";
import { cellOf } from "./values.ts";

const sampleRows = 5_000;
const mostCommon = 10;
const longestSample = 200;

/**
 * What the values of each column are like, from up to 5,000 rows spread over the table. SQLite keeps no such statistics
 * itself.
 */
export function columnStatisticsOf(
  database: DatabaseSync,
  table: string,
  columns: CatalogColumn[],
  rows: number,
  samples: boolean,
): (ColumnStatistics | null)[] {
  if (rows === 0 || columns.length === 0) return columns.map(() => null);
  return columns.map(({ name, kind }) => {
    const column = quoted(name);
    // A long value is read by its beginning; two that begin alike for 200 characters count as one.
    const value =
      kind === "binary"
        ? "NULL"
        : `CASE WHEN typeof(c) IN ('text', 'blob') THEN substr(c, 1, ${longestSample}) ELSE c END`;
    const grouped = rowsOf<[SQLOutputValue, bigint, number | bigint, bigint]>(
      database,
      `SELECT ${value} AS v, count(*), coalesce(avg(octet_length(c)), 0), count(c)
       FROM (SELECT ${column} AS c FROM ${quoted(table)}${spread(database, table, rows)} LIMIT ${sampleRows}) GROUP BY v ORDER BY 2 DESC`,
    );
    const seen = grouped.reduce((sum, [, count]) => sum + Number(count), 0);
    const filled = grouped.reduce((sum, [, , , count]) => sum + Number(count), 0);
    const values = grouped.filter(([each]) => each !== null);
    const bytes = grouped.reduce((sum, [, , average, count]) => sum + Number(average) * Number(count), 0);
    const once = values.filter(([, count]) => count === 1n).length;
    const bounds = samples && kind !== "binary" ? boundsOf(database, table, column) : [null, null];
    return {
      nullShare: seen === 0 ? null : 1 - filled / seen,
      distinct:
        kind === "binary"
          ? null
          : distinctEstimate({
              seen: filled,
              distinct: values.length,
              once,
              total: (rows * filled) / Math.max(seen, 1),
            }),
      averageBytes: filled === 0 ? null : bytes / filled,
      minimum: bounds[0] ?? null,
      maximum: bounds[1] ?? null,
      common: samples
        ? values
            .slice(0, mostCommon)
            .map(([each, count]) => ({ value: cellOf(each) ?? "", share: Number(count) / Math.max(seen, 1) }))
        : [],
    };
  });
}

/** A condition that takes rows from all over the table, where it has row ids and more rows than are looked at. */
function spread(database: DatabaseSync, table: string, rows: number): string {
  const step = Math.floor(rows / sampleRows);
  if (step < 2) return "";
  const [info] = rowsOf<[bigint]>(
    database,
    "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?",
    table,
  );
  return info?.[0] === 0n ? ` WHERE rowid % ${step} = 0` : "";
}

function boundsOf(database: DatabaseSync, table: string, column: string): (string | null)[] {
  const text = (which: string) => `substr(${which}(${column}), 1, ${longestSample})`;
  const [row] = rowsOf<SQLOutputValue[]>(database, `SELECT ${text("min")}, ${text("max")} FROM ${quoted(table)}`);
  return (row ?? []).map((each) => cellOf(each));
}
