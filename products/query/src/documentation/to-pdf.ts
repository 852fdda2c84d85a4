import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Documentation } from "@mindmesh/contracts/query/documentation";
import PdfDocument from "pdfkit";
import { describeTables, type DescribedTable } from "./describe-table.ts";

// The fonts that every PDF reader has know Latin letters only; DejaVu knows Greek, Cyrillic, Arabic and more. Of writing
// that it does not know, such as Chinese, boxes are shown.
const fonts = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf");
const sizes = { title: 20, table: 13, text: 9, small: 8 };
const ink = "#1d2326";
const muted = "#5b666b";
/** Widths of the columns of a table's list, in points; together the width of an A4 page within its margins. */
const widths = { name: 120, type: 110, marks: 120, text: 149 };

/** The documentation as PDF on A4 pages, with an outline of its tables. Gives back the bytes as a stream. */
export function toPdf(name: string, documentation: Documentation): NodeJS.ReadableStream {
  const pdf = new PdfDocument({
    size: "A4",
    margin: 48,
    bufferPages: false,
    info: { Title: name, Producer: "Mindmesh" },
  });
  pdf.registerFont("plain", join(fonts, "DejaVuSans.ttf"));
  pdf.registerFont("bold", join(fonts, "DejaVuSans-Bold.ttf"));
  pdf.registerFont("mono", join(fonts, "DejaVuSansMono.ttf"));
  const { coverage, serverVersion, takenAt } = documentation;
  pdf.font("bold").fontSize(sizes.title).fillColor(ink).text(name);
  pdf
    .font("plain")
    .fontSize(sizes.text)
    .fillColor(muted)
    .text(
      `${serverVersion}, read on ${takenAt.slice(0, 10)}. ${coverage.tables} tables, ${coverage.describedTables} described; ` +
        `${coverage.columns} columns, ${coverage.describedColumns} described.`,
    );
  for (const table of describeTables(documentation)) writeTable(pdf, table);
  pdf.end();
  return pdf;
}

function writeTable(pdf: PDFKit.PDFDocument, { title, facts, text, columns, lists }: DescribedTable): void {
  keepRoom(pdf, 90);
  pdf.outline.addItem(title);
  pdf.moveDown(1.5);
  pdf.font("bold").fontSize(sizes.table).fillColor(ink).text(title);
  pdf.font("plain").fontSize(sizes.small).fillColor(muted).text(facts.join(", "));
  if (text !== null) pdf.fontSize(sizes.text).fillColor(ink).text(text);
  pdf.moveDown(0.4);
  for (const column of columns) writeColumn(pdf, column);
  for (const list of lists) {
    keepRoom(pdf, 30);
    pdf.moveDown(0.5).font("bold").fontSize(sizes.small).fillColor(ink).text(list.title);
    pdf
      .font("mono")
      .fontSize(sizes.small - 1)
      .fillColor(muted);
    for (const item of list.items) pdf.text(item);
  }
}

function writeColumn(pdf: PDFKit.PDFDocument, { name, type, marks, text }: DescribedTable["columns"][number]): void {
  const cells = [
    { font: "mono", text: name, width: widths.name, colour: ink },
    { font: "mono", text: type, width: widths.type, colour: muted },
    { font: "plain", text: marks.join(", "), width: widths.marks, colour: muted },
    { font: "plain", text, width: widths.text, colour: ink },
  ];
  pdf.fontSize(sizes.small);
  const heights = cells.map(({ font, text: words, width }) =>
    pdf.font(font).heightOfString(words, { width: width - 6 }),
  );
  const height = Math.max(...heights) + 4;
  keepRoom(pdf, height);
  const { left } = pdf.page.margins;
  const top = pdf.y;
  let x = left;
  for (const { font, text: words, width, colour } of cells) {
    pdf
      .font(font)
      .fillColor(colour)
      .text(words, x, top + 2, { width: width - 6 });
    x += width;
  }
  pdf
    .moveTo(left, top + height)
    .lineTo(x, top + height)
    .lineWidth(0.5)
    .strokeColor("#d9dedf")
    .stroke();
  pdf.x = left;
  pdf.y = top + height;
}

/** Begins a new page where fewer than so many points are left. */
function keepRoom(pdf: PDFKit.PDFDocument, height: number): void {
  if (pdf.y + height > pdf.page.height - pdf.page.margins.bottom) pdf.addPage();
}
