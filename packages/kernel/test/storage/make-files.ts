import { crc32, deflateRawSync } from "node:zlib";

type ZipPart = {
  name: string;
  content: Buffer | string;
  /** What the archive claims as the unpacked size, when it lies. */
  claimedBytes?: number;
  encrypted?: boolean;
};

/** A ZIP archive with the given parts, deflated; may lie about sizes. */
export function makeZip(parts: ZipPart[]): Buffer<ArrayBuffer> {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const content = Buffer.from(part.content as string);
    const packed = deflateRawSync(content);
    const name = Buffer.from(part.name);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(part.encrypted ? 1 : 0, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(part.claimedBytes ?? content.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), shared, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), shared, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const officeRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packageRelations = "http://schemas.openxmlformats.org/package/2006/relationships";

function contentTypes(overrides: Record<string, string>): ZipPart {
  const parts = Object.entries(overrides).map(([name, type]) => `<Override PartName="${name}" ContentType="${type}"/>`);
  return {
    name: "[Content_Types].xml",
    content: `${xmlHead}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${parts.join("")}</Types>`,
  };
}

function relations(name: string, targets: { id: string; type: string; target: string; external?: boolean }[]): ZipPart {
  const items = targets.map(
    ({ id, type, target, external }) =>
      `<Relationship Id="${id}" Type="${officeRelations}/${type}" Target="${target}"${external ? ' TargetMode="External"' : ""}/>`,
  );
  return { name, content: `${xmlHead}<Relationships xmlns="${packageRelations}">${items.join("")}</Relationships>` };
}

/** A Word document; `body` is WordprocessingML inside `<w:body>`. `more` parts are added as they are. */
export function makeDocx(body: string, more: ZipPart[] = []): Buffer<ArrayBuffer> {
  const word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
  const main = "application/vnd.openxmlformats-officedocument.wordprocessingml";
  return makeZip([
    contentTypes({ "/word/document.xml": `${main}.document.main+xml`, "/word/styles.xml": `${main}.styles+xml` }),
    relations("_rels/.rels", [{ id: "rId1", type: "officeDocument", target: "word/document.xml" }]),
    relations("word/_rels/document.xml.rels", [
      { id: "rId1", type: "styles", target: "styles.xml" },
      { id: "rId2", type: "hyperlink", target: "https://example.org/", external: true },
    ]),
    {
      name: "word/styles.xml",
      content: `${xmlHead}<w:styles xmlns:w="${word}"><w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/></w:style></w:styles>`,
    },
    {
      name: "word/document.xml",
      content: `${xmlHead}<w:document xmlns:w="${word}" xmlns:r="${officeRelations}"><w:body>${body}</w:body></w:document>`,
    },
    ...more,
  ]);
}

/** A workbook; each sheet's `rows` is SpreadsheetML inside `<sheetData>`. */
export function makeXlsx(sheets: { name: string; rows: string }[], more: ZipPart[] = []): Buffer<ArrayBuffer> {
  const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
  const paths = sheets.map((_, index) => `worksheets/sheet${index + 1}.xml`);
  return makeZip([
    contentTypes({
      "/xl/workbook.xml": `${types}.sheet.main+xml`,
      ...Object.fromEntries(paths.map((path) => [`/xl/${path}`, `${types}.worksheet+xml`])),
    }),
    relations("_rels/.rels", [{ id: "rId1", type: "officeDocument", target: "xl/workbook.xml" }]),
    relations(
      "xl/_rels/workbook.xml.rels",
      paths.map((target, index) => ({ id: `rId${index + 1}`, type: "worksheet", target })),
    ),
    {
      name: "xl/workbook.xml",
      content: `${xmlHead}<workbook xmlns="${main}" xmlns:r="${officeRelations}"><sheets>${sheets.map(({ name }, index) => `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`).join("")}</sheets></workbook>`,
    },
    ...sheets.map(({ rows }, index) => ({
      name: `xl/${paths[index]}`,
      content: `${xmlHead}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`,
    })),
    ...more,
  ]);
}

/** A PDF with one line of text per page; "" makes an empty page. `locked` asks for a password. */
export function makePdf(pages: string[], locked = false): Buffer<ArrayBuffer> {
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>"];
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(" ");
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  for (const [index, line] of pages.entries()) {
    const drawing = line === "" ? "" : `BT /F1 12 Tf 72 720 Td (${line}) Tj ET`;
    const font = "/Resources << /Font << /F1 3 0 R >> >>";
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] ${font} /Contents ${5 + index * 2} 0 R >>`);
    objects.push(`<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`);
  }
  if (locked) {
    const key = "ab".repeat(32);
    objects.push(`<< /Filter /Standard /V 1 /R 2 /P -4 /O <${key}> /U <${key}> >>`);
  }
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const start = text.length;
  const lock = locked ? ` /Encrypt ${objects.length} 0 R /ID [<00><00>]` : "";
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${lock} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}
