import readXlsxFile from "read-excel-file/node";
import type { KeptText } from "./kept-text.ts";
import { Unreadable } from "./unreadable.ts";
import { assertHarmlessZip } from "./zip-limits.ts";

/**
 * Reads a workbook as one CSV table per sheet, with the sheet's name above it; formulas as the value Excel last saw.
 *
 * read-excel-file was chosen in November 2026: maintained and small. exceljs has had no release since 2023 and pulls in
 * a dozen old packages; xlsx on npm stopped at 0.18.5, which has known vulnerabilities (the fixed ones are not on npm).
 */
export async function readXlsx(content: Buffer, text: KeptText): Promise<{ sheets: string[]; notes: string[] }> {
  await assertHarmlessZip(content);
  const workbook = await readXlsxFile(content).catch((cause: unknown) => {
    throw new Unreadable("The workbook is damaged and cannot be read.", { cause });
  });
  let empty = true;
  for (const { sheet, data } of workbook) {
    text.add(`${empty ? "" : "\n"}# Sheet: ${sheet}\n`);
    let gap = false;
    for (const row of data as unknown as Cell[][]) {
      const line = csvLine(row);
      // A far cell makes a million empty rows before it; one stands for all of them.
      if (line !== "" || !gap) text.add(`${line}\n`);
      gap = line === "";
    }
    empty &&= data.length === 0;
  }
  return { sheets: workbook.map(({ sheet }) => sheet), notes: empty ? ["The workbook has no filled cells."] : [] };
}

/** What the library gives; its own type says `typeof Date` where it means a date. */
type Cell = string | number | boolean | Date | null;

function csvLine(row: Cell[]): string {
  return row.map(cellText).join(",").replace(/,+$/, "");
}

function cellText(value: Cell | undefined): string {
  if (value === null || value === undefined) return "";
  const words =
    value instanceof Date ? value.toISOString().replace("T00:00:00.000Z", "").replace(".000Z", "Z") : String(value);
  return /[",\n\r]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}
