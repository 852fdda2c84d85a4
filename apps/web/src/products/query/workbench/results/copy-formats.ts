import type { Cell, ColumnKind, EngineKind, ResultColumn } from "@mindmesh/contracts/query/engine";

export const copyFormats = ["tsv", "csv", "json", "markdown", "insert"] as const;
export type CopyFormat = (typeof copyFormats)[number];

export const copyTitles: Record<CopyFormat, string> = {
  tsv: "Tab separated",
  csv: "CSV",
  json: "JSON",
  markdown: "Markdown",
  insert: "INSERT statement",
};

const numbers: ReadonlySet<ColumnKind> = new Set(["integer", "decimal", "float"]);
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const tabbed = (cell: Cell) => {
  const text = cell ?? "";
  return /[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
const comma = (cell: Cell) => {
  if (cell === null) return "";
  return cell === "" || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
};
const inTable = (cell: Cell) =>
  (cell ?? "NULL")
    .replaceAll("\\", "\\\\")
    .replaceAll("|", String.raw`\|`)
    .replaceAll(/\r?\n/g, "<br>");

function json(cell: Cell, kind: ColumnKind): string {
  if (cell === null) return "null";
  return numbers.has(kind) && plainNumber.test(cell) ? cell : JSON.stringify(cell);
}

/** A name as the engine reads it whatever it holds. */
export function quotedName(name: string, engine: EngineKind): string {
  if (engine === "mysql") return `\`${name.replaceAll("`", "``")}\``;
  if (engine === "mssql") return `[${name.replaceAll("]", "]]")}]`;
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(cell: Cell, kind: ColumnKind, engine: EngineKind): string {
  if (cell === null) return "NULL";
  if (numbers.has(kind) && plainNumber.test(cell)) return cell;
  const text = cell.replaceAll("'", "''");
  if (engine === "mysql") return `'${text.replaceAll("\\", "\\\\")}'`;
  return engine === "mssql" ? `N'${text}'` : `'${text}'`;
}

/** Rows as text to paste elsewhere. Numbers keep every digit. */
export function copyText(
  format: CopyFormat,
  columns: readonly ResultColumn[],
  rows: readonly (readonly Cell[])[],
  engine: EngineKind,
): string {
  const names = columns.map(({ name }) => name);
  const kind = (at: number) => columns[at]?.kind ?? "text";
  switch (format) {
    case "tsv":
      return rows.map((row) => row.map(tabbed).join("\t")).join("\n");
    case "csv":
      return [names, ...rows].map((row) => row.map(comma).join(",")).join("\r\n");
    case "json": {
      const members = (row: readonly Cell[]) =>
        row.map((cell, at) => `${JSON.stringify(names[at])}: ${json(cell, kind(at))}`).join(", ");
      return `[\n${rows.map((row) => `  { ${members(row)} }`).join(",\n")}\n]`;
    }
    case "markdown": {
      const line = (cells: readonly Cell[]) => `| ${cells.map(inTable).join(" | ")} |`;
      const rule = `| ${columns.map((column) => (numbers.has(column.kind) ? "--:" : "---")).join(" | ")} |`;
      return [line(names), rule, ...rows.map(line)].join("\n");
    }
    case "insert": {
      const values = rows.map((row) => `  (${row.map((cell, at) => literal(cell, kind(at), engine)).join(", ")})`);
      const list = names.map((name) => quotedName(name, engine)).join(", ");
      return `INSERT INTO ${quotedName("table_name", engine)} (${list}) VALUES\n${values.join(",\n")};`;
    }
  }
}
