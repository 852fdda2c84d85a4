import { join } from "node:path";
import { writeFile } from "node:fs/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { ConnectionFailure, type FileTarget } from "../engine.ts";
import { csvDialect, type CsvDialect } from "./csv-dialect.ts";
import { csvCell, mendCsv, type SkippedLine } from "./mend-csv.ts";
import { literal, quoted } from "./rows.ts";
import { typesOfTexts } from "./types-of-texts.ts";

type DataFile = FileTarget["files"][number];

/** Reads files into tables of a new database. Nothing of them is guessed away: what cannot be read stands in a table of its own. */
export async function loadFiles(
  connection: DuckDBConnection,
  files: readonly DataFile[],
  scratch: string,
  progress: (share: number, text: string) => void,
): Promise<void> {
  for (const [index, file] of files.entries()) {
    const table = file.table ?? `data_${index + 1}`;
    progress(index / files.length, table);
    if (file.format === "parquet") await loadParquet(connection, file.path, table);
    else if (file.format === "csv") await loadCsv(connection, file.path, table, scratch);
    else if (file.format === "xlsx") await loadWorkbook(connection, file.path, table, scratch);
    else throw new Error(`${file.format} is opened, not loaded`);
  }
}

async function loadParquet(connection: DuckDBConnection, path: string, table: string): Promise<void> {
  try {
    await connection.run(`CREATE TABLE ${quoted(table)} AS SELECT * FROM read_parquet(${literal(path)})`);
  } catch (error) {
    throw new ConnectionFailure("file", `The Parquet file of ${table} cannot be read: ${plainWords(error)}`, error);
  }
}

async function loadCsv(connection: DuckDBConnection, path: string, table: string, scratch: string): Promise<void> {
  const dialect = await csvDialect(path);
  if (dialect.columns.length === 0) throw new ConnectionFailure("file", `The file of ${table} is empty.`);
  let skipped: SkippedLine[] = [];
  try {
    // Only what keeps to all rules is read so; DuckDB knows no UTF-16 of the other order and no Windows-1252.
    if (dialect.encoding !== "utf-8") throw new Error("not UTF-8");
    await readTexts(connection, path, dialect);
  } catch {
    await connection.run(`DROP TABLE IF EXISTS raw`);
    const mended = join(scratch, "mended.csv");
    skipped = await mendCsv(path, dialect, mended);
    await readTexts(connection, mended, { ...dialect, delimiter: ",", hasHeader: false });
  }
  await typeTexts(connection, table, dialect.columns);
  await keepSkipped(connection, table, skipped, dialect, scratch);
}

/** The file as a table `raw` of texts. */
async function readTexts(
  connection: DuckDBConnection,
  path: string,
  dialect: Omit<CsvDialect, "encoding">,
): Promise<void> {
  const columns = dialect.columns.map((name) => `${literal(name)}: 'VARCHAR'`).join(", ");
  await connection.run(
    `CREATE TEMP TABLE raw AS SELECT * FROM read_csv(${literal(path)}, auto_detect = false, delim = ${literal(dialect.delimiter)},
       quote = '"', escape = '"', header = ${dialect.hasHeader}, columns = {${columns}}, nullstr = '', allow_quoted_nulls = false,
       max_line_size = 8000000, strict_mode = true)`,
  );
}

/** Makes a table of `raw` with the types that all its values keep. */
async function typeTexts(connection: DuckDBConnection, table: string, columns: readonly string[]): Promise<void> {
  const types = await typesOfTexts(connection, columns);
  const selected = columns.map((name, index) => {
    const type = types[index] ?? "VARCHAR";
    return type === "VARCHAR" ? quoted(name) : `CAST(trim(${quoted(name)}) AS ${type}) AS ${quoted(name)}`;
  });
  await connection.run(`CREATE TABLE ${quoted(table)} AS SELECT ${selected.join(", ")} FROM raw`);
  await connection.run("DROP TABLE raw");
}

async function keepSkipped(
  connection: DuckDBConnection,
  table: string,
  skipped: readonly SkippedLine[],
  { encoding }: CsvDialect,
  scratch: string,
): Promise<void> {
  const notes = encoding === "latin1" ? ["The file is not UTF-8 and was read as Windows-1252."] : [];
  if (skipped.length > 0) {
    const path = join(scratch, "skipped.csv");
    const lines = skipped.map(({ line, reason, text }) => [String(line), reason, text].map(csvCell).join(","));
    await writeFile(path, lines.join("\n"));
    const name = `${table}_skipped`;
    await connection.run(
      `CREATE TABLE ${quoted(name)} AS SELECT * FROM read_csv(${literal(path)}, auto_detect = false, header = false, quote = '"', escape = '"',
         columns = {'line': 'BIGINT', 'reason': 'VARCHAR', 'text': 'VARCHAR'}, max_line_size = 8000000)`,
    );
    await connection.run(
      `COMMENT ON TABLE ${quoted(name)} IS ${literal(`Lines of the file of ${table} that could not be read, and why`)}`,
    );
    const [first] = skipped;
    const count = `${skipped.length} ${skipped.length === 1 ? "line" : "lines"}`;
    notes.push(
      `${count} could not be read, the first is line ${first?.line}: ${first?.reason}. They stand in ${name}.`,
    );
  }
  if (notes.length > 0) await connection.run(`COMMENT ON TABLE ${quoted(table)} IS ${literal(notes.join(" "))}`);
}

async function loadWorkbook(connection: DuckDBConnection, path: string, table: string, scratch: string): Promise<void> {
  const { default: readExcelFile } = await import("read-excel-file/node");
  const workbook = await readExcelFile(path).catch((cause: unknown) => {
    throw new ConnectionFailure("file", `The workbook of ${table} is damaged or protected by a password.`, cause);
  });
  const filled = workbook.filter(({ data }) => data.length > 0);
  if (filled.length === 0) throw new ConnectionFailure("file", `The workbook of ${table} has no filled cells.`);
  const { uniqueNames } = await import("./csv-dialect.ts");
  const sheets = uniqueNames(filled.map(({ sheet }, index) => (index === 0 ? table : `${table}_${sheetName(sheet)}`)));
  for (const [index, { sheet, data }] of filled.entries()) {
    const rows = data as unknown as SheetValue[][];
    const width = Math.max(...rows.map((row) => row.length));
    const [first = []] = rows;
    const hasHeader =
      rows.length > 1 &&
      Array.from({ length: width }, (_, at) => first[at]).every((value) => typeof value === "string");
    const columns = uniqueNames(Array.from({ length: width }, (_, at) => (hasHeader ? String(first[at] ?? "") : "")));
    const path = join(scratch, "sheet.csv");
    const lines = rows
      .slice(hasHeader ? 1 : 0)
      .filter((row) => row.some((value) => value !== null))
      .map((row) => columns.map((_, at) => csvCell(sheetText(row[at] ?? null))).join(","));
    await writeFile(path, `${lines.join("\n")}\n`);
    await readTexts(connection, path, { delimiter: ",", hasHeader: false, columns });
    const name = sheets[index] ?? table;
    await typeTexts(connection, name, columns);
    await connection.run(`COMMENT ON TABLE ${quoted(name)} IS ${literal(`Sheet ${sheet}`)}`);
  }
}

/** What the library gives; its own type says `typeof Date` where it means a date. */
type SheetValue = string | number | boolean | Date | null;

const sheetText = (value: SheetValue): string | null =>
  value === null
    ? null
    : value instanceof Date
      ? value
          .toISOString()
          .replace("T00:00:00.000Z", "")
          .replace("T", " ")
          .replace(/\.000Z$/, "")
      : String(value);

const sheetName = (sheet: string) =>
  sheet
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/g, "") || "sheet";

function plainWords(error: unknown): string {
  return ((error as Error).message.split("\n")[0] ?? "").replace(/"?\/\S*"?/g, "it");
}
