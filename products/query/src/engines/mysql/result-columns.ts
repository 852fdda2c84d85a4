import type { ColumnKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { FieldPacket } from "mysql2";

const binaryCharset = 63;
const unsignedFlag = 32;
const enumFlag = 256;
const setFlag = 2048;

/** By the number of a type in the protocol (MySQL internals, Protocol::MYSQL_TYPE). */
const types: Record<number, [name: string, kind: ColumnKind]> = {
  0: ["decimal", "decimal"],
  1: ["tinyint", "integer"],
  2: ["smallint", "integer"],
  3: ["int", "integer"],
  4: ["float", "float"],
  5: ["double", "float"],
  6: ["null", "other"],
  7: ["timestamp", "timestamp"],
  8: ["bigint", "integer"],
  9: ["mediumint", "integer"],
  10: ["date", "date"],
  11: ["time", "time"],
  12: ["datetime", "timestamp"],
  13: ["year", "integer"],
  14: ["date", "date"],
  16: ["bit", "binary"],
  242: ["vector", "binary"],
  245: ["json", "json"],
  246: ["decimal", "decimal"],
  247: ["enum", "enum"],
  248: ["set", "other"],
  255: ["geometry", "geometry"],
};

/** What the driver's type leaves out. */
type Field = FieldPacket & {
  characterSet: number;
  columnLength: number;
  extendedTypeName?: string;
  extendedFormat?: string;
};

/** A column of a result, and whether its values are bytes that no text stands for. */
export function resultColumn(packet: FieldPacket): ResultColumn & { isBinary: boolean } {
  const field = packet as Field;
  const flags = Number(field.flags);
  const code = Number(field.columnType);
  const { characterSet, columnLength, decimals, name } = field;
  const isBytes = characterSet === binaryCharset;
  const known = types[code];
  if (known) {
    const [base, kind] = known;
    const size =
      base === "decimal"
        ? `(${columnLength - (decimals > 0 ? 1 : 0) - ((flags & unsignedFlag) === 0 ? 1 : 0)},${decimals})`
        : base === "bit"
          ? `(${columnLength})`
          : "";
    const unsigned =
      (flags & unsignedFlag) !== 0 && (kind === "integer" || kind === "decimal") && base !== "year" ? " unsigned" : "";
    return { name, type: `${base}${size}${unsigned}`, kind, isBinary: code === 16 || code === 242 || code === 255 };
  }
  if (field.extendedFormat === "json") return { name, type: "json", kind: "json", isBinary: false };
  if (field.extendedTypeName === "uuid") return { name, type: "uuid", kind: "uuid", isBinary: false };
  if (field.extendedTypeName?.startsWith("inet"))
    return { name, type: field.extendedTypeName, kind: "other", isBinary: false };
  if ((flags & enumFlag) !== 0) return { name, type: "enum", kind: "enum", isBinary: false };
  if ((flags & setFlag) !== 0) return { name, type: "set", kind: "other", isBinary: false };
  const isLong = code >= 249 && code <= 252;
  const characters = Math.floor(columnLength / 4); // utf8mb4: the width is told in bytes
  let type: string;
  if (isBytes) type = isLong ? "blob" : `${code === 254 ? "binary" : "varbinary"}(${columnLength})`;
  else type = isLong ? "text" : `${code === 254 ? "char" : "varchar"}(${characters})`;
  return { name, type, kind: isBytes ? "binary" : "text", isBinary: isBytes };
}
