import type { Cell, ColumnKind } from "@mindmesh/contracts/query/engine";
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";

/**
 * A value as SQLite writes it: REAL always with a point or exponent, and with as many digits as it takes to read the same
 * number back; BLOB as `\x` and hexadecimal digits.
 */
export function cellOf(value: SQLOutputValue): Cell {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return realText(value);
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
}

function realText(value: number): string {
  if (value === Infinity) return "Inf";
  if (value === -Infinity) return "-Inf";
  const text = String(value);
  if (/^-?\d+$/.test(text)) return `${text}.0`;
  return text.replace(/^(-?\d+)e/, "$1.0e");
}

const longest = 2n ** 63n;

/**
 * A parameter as SQLite takes it. Text that is just how a number is written becomes one, because `? > 5` compares nothing
 * with a column whose type would turn text into a number.
 */
export function bindable(cell: Cell): SQLInputValue {
  if (cell === null) return null;
  if (/^-?(?:0|[1-9]\d{0,18})$/.test(cell)) {
    const whole = BigInt(cell);
    if (whole < longest && whole >= -longest && cell !== "-0") return whole;
  }
  if (/^-?(?:0|[1-9]\d*)\.\d+$/.test(cell) && realText(Number(cell)) === cell) return Number(cell);
  if (/^\\x(?:[\da-f]{2})*$/.test(cell)) return Buffer.from(cell.slice(2), "hex");
  return cell;
}

/** The kind of a declared type: affinity (https://www.sqlite.org/datatype3.html, section 3.1), refined by what people mean. */
export function kindOfType(type: string): ColumnKind {
  const name = type.toUpperCase();
  if (/BOOL/.test(name)) return "boolean";
  if (/UUID|GUID/.test(name)) return "uuid";
  if (/JSON/.test(name)) return "json";
  if (/TIMESTAMP|DATETIME/.test(name)) return "timestamp";
  if (/^DATE\b/.test(name)) return "date";
  if (/^TIME\b/.test(name)) return "time";
  if (/INT/.test(name)) return "integer";
  if (/CHAR|CLOB|TEXT|STRING/.test(name)) return "text";
  if (/BLOB|BINARY|BYTEA/.test(name)) return "binary";
  if (/REAL|FLOA|DOUB/.test(name)) return "float";
  if (/DEC|NUM|MONEY/.test(name)) return "decimal";
  return "other";
}

/** For an expression, which has no declared type: that of its first value. */
export function typeOfValue(value: SQLOutputValue | undefined): { type: string; kind: ColumnKind } {
  if (typeof value === "bigint") return { type: "INTEGER", kind: "integer" };
  if (typeof value === "number") return { type: "REAL", kind: "float" };
  if (typeof value === "string") return { type: "TEXT", kind: "text" };
  if (value instanceof Uint8Array) return { type: "BLOB", kind: "binary" };
  return { type: "", kind: "other" };
}
