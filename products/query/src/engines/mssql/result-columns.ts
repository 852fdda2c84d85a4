import type { ColumnKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ColumnShape } from "./value-text.ts";

/** By the driver's name of a type; those with N hold several widths. */
const types: Record<string, [name: string, kind: ColumnKind]> = {
  TinyInt: ["tinyint", "integer"],
  SmallInt: ["smallint", "integer"],
  Int: ["int", "integer"],
  BigInt: ["bigint", "integer"],
  IntN: ["int", "integer"],
  Bit: ["bit", "boolean"],
  BitN: ["bit", "boolean"],
  Decimal: ["decimal", "decimal"],
  DecimalN: ["decimal", "decimal"],
  Numeric: ["numeric", "decimal"],
  NumericN: ["numeric", "decimal"],
  Money: ["money", "decimal"],
  MoneyN: ["money", "decimal"],
  SmallMoney: ["smallmoney", "decimal"],
  Float: ["float", "float"],
  FloatN: ["float", "float"],
  Real: ["real", "float"],
  Char: ["char", "text"],
  VarChar: ["varchar", "text"],
  NChar: ["nchar", "text"],
  NVarChar: ["nvarchar", "text"],
  Text: ["text", "text"],
  NText: ["ntext", "text"],
  Xml: ["xml", "text"],
  Date: ["date", "date"],
  Time: ["time", "time"],
  DateTime: ["datetime", "timestamp"],
  DateTimeN: ["datetime", "timestamp"],
  SmallDateTime: ["smalldatetime", "timestamp"],
  DateTime2: ["datetime2", "timestamp"],
  DateTimeOffset: ["datetimeoffset", "timestamp"],
  UniqueIdentifier: ["uniqueidentifier", "uuid"],
  Binary: ["binary", "binary"],
  VarBinary: ["varbinary", "binary"],
  Image: ["image", "binary"],
  UDT: ["geometry", "geometry"],
  Variant: ["sql_variant", "other"],
};
const integers: Record<number, string> = { 1: "tinyint", 2: "smallint", 4: "int", 8: "bigint" };

export function resultColumn(shape: ColumnShape): ResultColumn {
  const { type, colName, precision, scale, dataLength } = shape;
  const [base, kind] = types[type.name] ?? [type.name.toLowerCase(), "other" as const];
  let written = base;
  if (type.name === "IntN") written = integers[dataLength ?? 4] ?? base;
  else if (type.name === "FloatN" && dataLength === 4) written = "real";
  else if (base === "decimal" || base === "numeric") written = `${base}(${precision ?? 18},${scale ?? 0})`;
  else if (base === "nvarchar" || base === "nchar") written = `${base}(${lengthOf(dataLength, 2)})`;
  else if (base === "varchar" || base === "char" || base === "varbinary" || base === "binary")
    written = `${base}(${lengthOf(dataLength, 1)})`;
  return { name: colName, type: written, kind };
}

const lengthOf = (bytes: number | undefined, width: number) =>
  bytes === undefined || bytes >= 65_535 ? "max" : String(bytes / width);
