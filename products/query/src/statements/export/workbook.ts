import { PassThrough, Readable } from "node:stream";
import type { ColumnKind, ResultColumn } from "@mindmesh/contracts/query/engine";
import type { ResultBlock } from "@mindmesh/contracts/query/statements";
import { ZipFile } from "yazl";

/** A sheet of Excel has no more rows, the one with the names included. */
const sheetRows = 1_048_576;
const cellCharacters = 32_767;
/** Excel's numbers are doubles: 15 digits are always exact. */
const exactNumber = /^-?(?=(?:\D*\d){1,15}\D*$)\d+(?:\.\d+)?$/;
const numbers: ReadonlySet<ColumnKind> = new Set(["integer", "decimal", "float"]);

const head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n`;
const namespace = "http://schemas.openxmlformats.org";
const parts = {
  "[Content_Types].xml": `${head}<Types xmlns="${namespace}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
  "_rels/.rels": `${head}<Relationships xmlns="${namespace}/package/2006/relationships"><Relationship Id="rId1" Type="${namespace}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  "xl/workbook.xml": `${head}<workbook xmlns="${namespace}/spreadsheetml/2006/main" xmlns:r="${namespace}/officeDocument/2006/relationships"><sheets><sheet name="Result" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="${namespace}/package/2006/relationships"><Relationship Id="rId1" Type="${namespace}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
};

const marks: Record<string, string> = { "<": "&lt;", ">": "&gt;", "&": "&amp;" };

/** Text for an element; signs that XML 1.0 has no place for become the mark for an unknown one. */
function xmlText(text: string): string {
  return text
    .slice(0, cellCharacters)
    .toWellFormed()
    .replaceAll(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, "\ufffd")
    .replaceAll(/[<>&]/g, (mark) => marks[mark] ?? mark);
}

/** The letters of a column as Excel counts them: A to Z, AA, AB… */
function columnLetters(index: number): string {
  const rest = Math.floor(index / 26) - 1;
  return `${rest < 0 ? "" : columnLetters(rest)}${String.fromCharCode(65 + (index % 26))}`;
}

function sheetCell(place: string, value: string | null, isNumber: boolean): string {
  if (value === null) return "";
  if (isNumber && exactNumber.test(value)) return `<c r="${place}"><v>${value}</v></c>`;
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${xmlText(value)}</t></is></c>`;
}

async function* sheet(columns: ResultColumn[], blocks: AsyncIterable<ResultBlock>): AsyncGenerator<string> {
  const isNumber = columns.map(({ kind }) => numbers.has(kind));
  const letters = columns.map((_, at) => columnLetters(at));
  const rowOf = (number: number, values: (string | null)[], isHead: boolean) => {
    const cells = values.map((value, at) =>
      sheetCell(`${letters[at]}${number}`, value, !isHead && isNumber[at] === true),
    );
    return `<row r="${number}">${cells.join("")}</row>`;
  };
  const names = columns.map(({ name }) => name);
  yield `${head}<worksheet xmlns="${namespace}/spreadsheetml/2006/main"><sheetData>${rowOf(1, names, true)}`;
  let last = 1;
  for await (const { rows } of blocks) {
    let text = "";
    for (const row of rows.slice(0, sheetRows - last)) {
      last += 1;
      text += rowOf(last, row, false);
    }
    yield text;
    if (last >= sheetRows) break;
  }
  yield "</sheetData></worksheet>";
}

/**
 * A result as an Excel workbook (ECMA-376) that is written while its rows are read. Numbers of more than 15 digits are text, since
 * Excel would round them; cells longer than Excel's 32,767 characters are cut there.
 */
export function workbook(columns: ResultColumn[], blocks: AsyncIterable<ResultBlock>): Readable {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(parts)) zip.addBuffer(Buffer.from(text), name);
  const content = Readable.from(sheet(columns, blocks), { objectMode: false });
  zip.addReadStream(content, "xl/worksheets/sheet1.xml");
  zip.end();
  const out = new PassThrough();
  content.once("error", (error) => out.destroy(error));
  out.once("close", () => content.destroy());
  zip.outputStream.pipe(out);
  return out;
}
