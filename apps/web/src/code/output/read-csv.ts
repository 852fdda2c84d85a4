import type { TextTable } from "./read-html-table.ts";

/** More rows than these are left out of a preview, which says so. */
export const mostPreviewRows = 50_000;
const separators = [",", ";", "\t", "|"];

/** The separator that the first line has most of. */
function separatorOf(text: string) {
  const firstLine = text.slice(0, text.indexOf("\n") === -1 ? undefined : text.indexOf("\n"));
  const counted = separators.map((separator) => ({ separator, count: firstLine.split(separator).length }));
  return counted.reduce((best, each) => (each.count > best.count ? each : best)).separator;
}

/**
 * A CSV or TSV text as a table (RFC 4180: quoted fields may hold separators, line breaks and doubled quotes). The first
 * record is the head. `more` tells that there were more than `mostPreviewRows`, or that the text was cut off.
 */
export function readCsv(written: string): TextTable & { more: boolean } {
  const text = written.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const separator = separatorOf(text);
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length && records.length <= mostPreviewRows) {
    const quoted = text[at] === '"' ? readQuoted(text, at) : { field: "", end: at };
    let end = quoted.end;
    while (end < text.length && text[end] !== separator && text[end] !== "\n") end += 1;
    record.push(quoted.field + text.slice(quoted.end, end));
    at = end + 1;
    if (text[end] === separator) {
      if (at < text.length) continue;
      record.push("");
    }
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  }
  const width = records.reduce((widest, each) => Math.max(widest, each.length), 0);
  const even = (cells: string[]) => Array.from({ length: width }, (_, column) => cells[column] ?? "");
  const [columns = [], ...rows] = records.map(even);
  return { columns, rows, more: at < text.length };
}

/** The field whose opening quote stands at `from`, and the place after its closing one. */
function readQuoted(text: string, from: number) {
  let field = "";
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return { field: field + text.slice(at), end: text.length };
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { field, end: quote + 1 };
    field += '"';
    at = quote + 2;
  }
}
