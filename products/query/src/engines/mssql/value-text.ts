import { StatementFailure } from "../engine.ts";

/** What the driver knows of a column and this needs. */
export interface ColumnShape {
  colName: string;
  type: { name: string };
  precision?: number | undefined;
  scale?: number | undefined;
  dataLength?: number | undefined;
}

/** Digits that a number of JavaScript holds without a loss (IEEE 754, 53 bits). */
const exactDigits = 15;

/**
 * The text of a value as SQL Server writes it. The driver reads decimals into JavaScript numbers: up to 15 digits nothing is lost, and
 * the column's own number of decimals gives the text back. @throws StatementFailure for a decimal with more, which would be a guess
 */
export function valueText(value: unknown, shape: ColumnShape): string | null {
  if (value === null || value === undefined) return null;
  const type = shape.type.name;
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  if (value instanceof Date) return momentText(value, type, shape.scale ?? 3);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value !== "number") return typeof value === "string" ? value : JSON.stringify(value);
  if (/^(Decimal|Numeric)/.test(type)) return decimalText(value, shape.scale ?? 0, shape.colName);
  if (/^(Money|SmallMoney)/.test(type)) return decimalText(value, 4, shape.colName);
  if (type === "Real" || (type === "FloatN" && shape.dataLength === 4)) return singleText(value);
  return String(value);
}

function decimalText(value: number, scale: number, column: string): string {
  if (Math.abs(value) >= 10 ** (exactDigits - scale)) {
    const message = `${column} holds a value of more than ${exactDigits} digits, which cannot be passed on exactly. Write CAST(${column} AS varchar(50)) in its place.`;
    throw new StatementFailure("other", message);
  }
  return value.toFixed(scale);
}

/** The shortest text that is the same value of 32 bits: up to nine digits. */
function singleText(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(value);
}

/** The driver puts what is finer than a millisecond beside the date, in seconds. */
function momentText(value: Date & { nanosecondsDelta?: number }, type: string, scale: number): string {
  const date = value.toISOString().slice(0, value.toISOString().indexOf("T"));
  if (type === "Date") return date;
  const ticks = value.getUTCMilliseconds() * 10_000 + Math.round((value.nanosecondsDelta ?? 0) * 10_000_000);
  const digits = /^DateTime(N)?$|^SmallDateTime$/.test(type) ? 3 : scale;
  const fraction = digits === 0 ? "" : `.${String(ticks).padStart(7, "0").slice(0, digits)}`;
  const time = `${value.toISOString().slice(-13, -5)}${fraction}`;
  if (type === "Time") return time;
  // The driver keeps the moment and not the offset that it was written with.
  return `${date} ${time}${type === "DateTimeOffset" ? " +00:00" : ""}`;
}
