import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { CatalogTable } from "@mindmesh/contracts/query/catalog";

/** How an engine writes what the built-in engine needs. */
export interface Dialect {
  name(name: string): string;
  text(value: string): string;
  /** The beginning of the unit that a moment is in. */
  truncate(expression: string, unit: TimeUnit): string;
  limit: "limit" | "top";
  /** Highest first, with what is empty at the end. */
  descending: string;
}

export const timeUnits = ["day", "week", "month", "quarter", "year"] as const;
export type TimeUnit = (typeof timeUnits)[number];

const plain = /^[a-z_][a-z0-9_]*$/;
/** Words that no dialect takes for a name without quotes. The list is longer than each needs, and shorter than all together. */
const reserved = new Set(
  `all and any array as asc between both by case cast check collate column constraint create cross current_date current_time
  current_timestamp default delete desc distinct do drop else end except exists false fetch for foreign from full grant group having in
  index inner insert intersect interval into is join key leading left like limit natural not null offset on only or order outer primary
  references right rows select session_user set some table then to top true union unique update user using values view when where with
  rank range groups window lateral row system`.split(/\s+/),
);

const quoted = (name: string, left: string, right = left) => `${left}${name.replaceAll(right, right + right)}${right}`;
const asText = (value: string) => `'${value.replaceAll("'", "''")}'`;
const bareOr = (quote: (name: string) => string) => (name: string) =>
  plain.test(name) && !reserved.has(name) ? name : quote(name);

const truncateByFunction = (expression: string, unit: TimeUnit) => `date_trunc('${unit}', ${expression})`;

const sqliteUnits: Record<TimeUnit, (of: string) => string> = {
  day: (of) => `date(${of})`,
  week: (of) => `date(${of}, 'weekday 0', '-6 days')`,
  month: (of) => `date(${of}, 'start of month')`,
  quarter: (of) => `date(${of}, 'start of month', '-' || ((strftime('%m', ${of}) - 1) % 3) || ' months')`,
  year: (of) => `date(${of}, 'start of year')`,
};

const mysqlUnits: Record<TimeUnit, (of: string) => string> = {
  day: (of) => `DATE(${of})`,
  week: (of) => `DATE_SUB(DATE(${of}), INTERVAL WEEKDAY(${of}) DAY)`,
  month: (of) => `DATE_FORMAT(${of}, '%Y-%m-01')`,
  quarter: (of) => `MAKEDATE(YEAR(${of}), 1) + INTERVAL (QUARTER(${of}) - 1) QUARTER`,
  year: (of) => `DATE_FORMAT(${of}, '%Y-01-01')`,
};

const mssqlUnit = (of: string, unit: TimeUnit) =>
  unit === "day" ? `CAST(${of} AS date)` : `DATEADD(${unit}, DATEDIFF(${unit}, 0, ${of}), 0)`;

export const dialects: Record<EngineKind, Dialect> = {
  postgres: {
    name: bareOr((name) => quoted(name, '"')),
    text: asText,
    truncate: truncateByFunction,
    limit: "limit",
    descending: "DESC NULLS LAST",
  },
  duckdb: {
    name: bareOr((name) => quoted(name, '"')),
    text: asText,
    truncate: truncateByFunction,
    limit: "limit",
    descending: "DESC NULLS LAST",
  },
  sqlite: {
    name: bareOr((name) => quoted(name, '"')),
    text: asText,
    truncate: (of, unit) => sqliteUnits[unit](of),
    limit: "limit",
    descending: "DESC",
  },
  mysql: {
    name: bareOr((name) => quoted(name, "`")),
    text: (value) => asText(value.replaceAll("\\", "\\\\")),
    truncate: (of, unit) => mysqlUnits[unit](of),
    limit: "limit",
    descending: "DESC",
  },
  mssql: {
    name: bareOr((name) => quoted(name, "[", "]")),
    text: asText,
    truncate: mssqlUnit,
    limit: "top",
    descending: "DESC",
  },
};

/** A table as a statement names it: with its schema where it would not be found without. */
export function tableSql(
  table: CatalogTable,
  { dialect, searchPath }: { dialect: Dialect; searchPath: readonly string[] },
): string {
  const isFound = searchPath[0] === table.schema || table.schema === "" || table.schema === "main";
  return isFound ? dialect.name(table.name) : `${dialect.name(table.schema)}.${dialect.name(table.name)}`;
}

export interface Select {
  distinct: boolean;
  outputs: { sql: string; alias: string | null }[];
  from: string;
  joins: string[];
  where: string[];
  groupBy: string[];
  having: string[];
  orderBy: string[];
  limit: number | null;
}

/** A statement, a clause a line. */
export function selectSql(select: Select, dialect: Dialect): string {
  const top = select.limit !== null && dialect.limit === "top" ? `TOP ${select.limit} ` : "";
  const outputs = select.outputs.map(({ sql, alias }) => (alias === null ? sql : `${sql} AS ${dialect.name(alias)}`));
  return [
    `SELECT ${select.distinct ? "DISTINCT " : ""}${top}${outputs.join(", ")}`,
    `FROM ${select.from}`,
    ...select.joins,
    ...(select.where.length > 0 ? [`WHERE ${select.where.join("\n  AND ")}`] : []),
    ...(select.groupBy.length > 0 ? [`GROUP BY ${select.groupBy.join(", ")}`] : []),
    ...(select.having.length > 0 ? [`HAVING ${select.having.join(" AND ")}`] : []),
    ...(select.orderBy.length > 0 ? [`ORDER BY ${select.orderBy.join(", ")}`] : []),
    ...(select.limit !== null && dialect.limit === "limit" ? [`LIMIT ${select.limit}`] : []),
  ].join("\n");
}
