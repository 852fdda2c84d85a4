import { DuckDBBlobValue, type DuckDBType, DuckDBTypeId, type DuckDBValue } from "@duckdb/node-api";
import type { Cell, ColumnKind } from "@mindmesh/contracts/query/engine";

/** How values of a type are written, as DuckDB writes them; binary as `\x` and hexadecimal digits. */
export function writerOf(type: DuckDBType): (value: DuckDBValue) => Cell {
  switch (type.typeId) {
    case DuckDBTypeId.FLOAT:
      return (value) => (value === null ? null : realText(shortestFloat(value as number)));
    case DuckDBTypeId.DOUBLE:
      return (value) => (value === null ? null : realText(value as number));
    case DuckDBTypeId.BLOB:
      return (value) => (value instanceof DuckDBBlobValue ? `\\x${Buffer.from(value.bytes).toString("hex")}` : null);
    default:
      return (value) => (value === null ? null : typeof value === "string" ? value : String(value));
  }
}

/** The fewest digits that give the same 32-bit number: 0.1 and not 0.10000000149011612. */
function shortestFloat(value: number): number {
  if (!Number.isFinite(value)) return value;
  for (let digits = 6; digits < 10; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function realText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const kinds: Partial<Record<DuckDBTypeId, ColumnKind>> = {
  [DuckDBTypeId.BOOLEAN]: "boolean",
  [DuckDBTypeId.TINYINT]: "integer",
  [DuckDBTypeId.SMALLINT]: "integer",
  [DuckDBTypeId.INTEGER]: "integer",
  [DuckDBTypeId.BIGINT]: "integer",
  [DuckDBTypeId.UTINYINT]: "integer",
  [DuckDBTypeId.USMALLINT]: "integer",
  [DuckDBTypeId.UINTEGER]: "integer",
  [DuckDBTypeId.UBIGINT]: "integer",
  [DuckDBTypeId.HUGEINT]: "integer",
  [DuckDBTypeId.UHUGEINT]: "integer",
  [DuckDBTypeId.FLOAT]: "float",
  [DuckDBTypeId.DOUBLE]: "float",
  [DuckDBTypeId.DECIMAL]: "decimal",
  [DuckDBTypeId.TIMESTAMP]: "timestamp",
  [DuckDBTypeId.TIMESTAMP_S]: "timestamp",
  [DuckDBTypeId.TIMESTAMP_MS]: "timestamp",
  [DuckDBTypeId.TIMESTAMP_NS]: "timestamp",
  [DuckDBTypeId.TIMESTAMP_TZ]: "timestamp",
  [DuckDBTypeId.DATE]: "date",
  [DuckDBTypeId.TIME]: "time",
  [DuckDBTypeId.TIME_TZ]: "time",
  [DuckDBTypeId.INTERVAL]: "interval",
  [DuckDBTypeId.VARCHAR]: "text",
  [DuckDBTypeId.BLOB]: "binary",
  [DuckDBTypeId.BIT]: "binary",
  [DuckDBTypeId.ENUM]: "enum",
  [DuckDBTypeId.UUID]: "uuid",
  [DuckDBTypeId.LIST]: "array",
  [DuckDBTypeId.ARRAY]: "array",
};

export const kindOf = (type: DuckDBType): ColumnKind =>
  type.alias === "JSON" ? "json" : (kinds[type.typeId] ?? "other");

const ofNames: [RegExp, ColumnKind][] = [
  [/\[\d*\]$|^LIST/, "array"],
  [/^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|BIGNUM)$/, "integer"],
  [/^DECIMAL|^NUMERIC/, "decimal"],
  [/^(?:FLOAT|DOUBLE|REAL)/, "float"],
  [/^BOOL/, "boolean"],
  [/^TIMESTAMP|^DATETIME/, "timestamp"],
  [/^DATE$/, "date"],
  [/^TIME/, "time"],
  [/^INTERVAL/, "interval"],
  [/^VARCHAR|^TEXT/, "text"],
  [/^BLOB|^BIT/, "binary"],
  [/^ENUM/, "enum"],
  [/^UUID/, "uuid"],
  [/^JSON/, "json"],
];

/** The same from a type as the catalogue writes it. */
export const kindOfName = (type: string): ColumnKind => ofNames.find(([pattern]) => pattern.test(type))?.[1] ?? "other";
