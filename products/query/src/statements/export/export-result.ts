import { Readable } from "node:stream";
import type { ExportFormat } from "@mindmesh/contracts/query/statements";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import type { StatementRow } from "../../schema.ts";
import { readBlocks } from "../read-result.ts";
import { csvLines } from "./csv.ts";
import { jsonLines } from "./json.ts";
import { parquetFile } from "./parquet.ts";
import { workbook } from "./workbook.ts";

export interface ExportedFile {
  name: string;
  mediaType: string;
  content: Readable;
}

const mediaTypes: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8",
  json: "application/json; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  parquet: "application/vnd.apache.parquet",
};

/**
 * The rows of a result as a file, written while they are read: memory stays small.
 * @param formulas `guarded` keeps text that begins like a formula from being taken for one by a spreadsheet (CSV only: the
 * others say what is text)
 * @throws AppError not_found when the rows are not kept any more
 */
export async function exportResult(
  db: Database,
  row: StatementRow,
  { format, formulas }: { format: ExportFormat; formulas: "guarded" | "plain" },
): Promise<ExportedFile> {
  if (row.resultUntil === null) {
    throw new AppError("not_found", { message: "The rows of this statement are not kept any more. Run it again." });
  }
  const { columns } = row;
  const blocks = readBlocks(db, row);
  const name = `result-${row.createdAt.slice(0, 19).replaceAll(":", "-")}.${format}`;
  const content =
    format === "csv"
      ? Readable.from(csvLines(columns, blocks, formulas === "guarded"), { objectMode: false })
      : format === "json"
        ? Readable.from(jsonLines(columns, blocks), { objectMode: false })
        : format === "xlsx"
          ? workbook(columns, blocks)
          : await parquetFile(columns, blocks);
  return { name, mediaType: mediaTypes[format], content };
}
