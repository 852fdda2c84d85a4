import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { extractText } from "../../src/storage/extraction/extract-text.ts";
import type { TextKind } from "../../src/storage/extraction/extract-text.ts";
import { makeDocx, makePdf, makeXlsx, makeZip } from "./make-files.ts";

function read(kind: TextKind, content: Buffer | string, limited = {}) {
  return extractText(kind, () => Promise.resolve(Readable.from([Buffer.from(content as string)])), limited);
}

const paragraph = (text: string, properties = "") => `<w:p>${properties}<w:r><w:t>${text}</w:t></w:r></w:p>`;

describe("plain text", () => {
  test.each<[string, Buffer | string, string, string[]]>([
    ["UTF-8", "naïve – 简历 👍", "naïve – 简历 👍", []],
    ["UTF-8 with a byte order mark", "\ufeffhello", "hello", []],
    ["UTF-16 little-endian", Buffer.from("\ufeffnaïve 简历", "utf16le"), "naïve 简历", []],
    ["UTF-16 big-endian", Buffer.from("\ufeffnaïve", "utf16le").swap16(), "naïve", []],
    [
      "Latin-1",
      Buffer.from("na\xefve caf\xe9", "latin1"),
      "naïve café",
      ["The text is not UTF-8; it was read as Windows-1252 (Latin-1)."],
    ],
    [
      "UTF-8 with a broken byte",
      Buffer.concat([Buffer.from("prix: 10 € – très "), Buffer.from([0xff]), Buffer.from(" cher")]),
      "prix: 10 € – très \ufffd cher",
      ["1 damaged characters were replaced by �."],
    ],
    ["NUL bytes", "a\0b\0c", "abc", ["2 NUL characters were left out."]],
    ["an empty file", "", "", []],
  ])("%s is read", async (_title, content, text, notes) => {
    expect(await read("plain", content)).toEqual({ ok: true, text, truncated: null, notes });
  });

  test("10 MB of Markdown is cut, and says how much is left", async () => {
    const line = "# A heading and some words\n";
    const total = Math.ceil((10 * 2 ** 20) / line.length) * line.length;
    const outcome = await read("plain", line.repeat(total / line.length));
    expect(outcome).toMatchObject({ ok: true, truncated: { keptCharacters: 2_000_000, totalCharacters: total } });
    expect(outcome.ok && outcome.text.length).toBe(2_000_000);
  });

  test("text is never cut in the middle of an emoji", async () => {
    const outcome = await read("plain", "👍👍👍", { keptCharacters: 3 });
    expect(outcome).toMatchObject({ text: "👍", truncated: { keptCharacters: 2, totalCharacters: 6 } });
  });
});

describe("PDF", () => {
  test("pages are read with their numbers", async () => {
    const outcome = await read("pdf", makePdf(["The first page", "", "The third page"]));
    const text = "[Page 1]\nThe first page\n\n[Page 3]\nThe third page";
    expect(outcome).toEqual({ ok: true, text, truncated: null, pages: 3, notes: [] });
  });

  test("a scan without text says so", async () => {
    const outcome = await read("pdf", makePdf(["", ""]));
    expect(outcome).toMatchObject({
      ok: true,
      text: "",
      notes: ["No text was found on its 2 pages; it may be a scan."],
    });
  });

  test("a PDF with a password says so", async () => {
    const outcome = await read("pdf", makePdf(["secret"], true));
    expect(outcome).toEqual({ ok: false, message: expect.stringContaining("protected by a password") });
  });

  test.each([
    ["a header and nothing else", Buffer.from("%PDF-1.7\n")],
    ["noise", randomBytes(10_000)],
    ["an empty file", Buffer.alloc(0)],
  ])("%s is called damaged", async (_title, content) => {
    expect(await read("pdf", content)).toEqual({ ok: false, message: expect.stringContaining("damaged") });
  });
});

describe("Word", () => {
  test("headings, lists, tables and links are read", async () => {
    const cell = (text: string) => `<w:tc>${paragraph(text)}</w:tc>`;
    const link = '<w:p><w:hyperlink r:id="rId2"><w:r><w:t>a link</w:t></w:r></w:hyperlink></w:p>';
    const outcome = await read(
      "docx",
      makeDocx(
        [
          paragraph("The plan", '<w:pPr><w:pStyle w:val="H1"/></w:pPr>'),
          paragraph("Costs &amp; dates &lt;soon&gt;"),
          `<w:tbl><w:tr>${cell("who")}${cell("when")}</w:tr><w:tr>${cell("Ada")}${cell("May | June")}</w:tr></w:tbl>`,
          link,
        ].join(""),
      ),
    );
    expect(outcome).toEqual({
      ok: true,
      text: "\n# The plan\n\nCosts & dates <soon>\n\n\n| who | when |\n| Ada | May \\| June |\n\n[a link](https://example.org/)\n\n",
      truncated: null,
      notes: [],
    });
  });

  test.each([
    ["noise", randomBytes(10_000)],
    ["a cut file", makeDocx(paragraph("x")).subarray(0, 500)],
    ["a zip of something else", makeZip([{ name: "a.txt", content: "hello" }])],
    ["broken XML", makeDocx("<w:p><w:r>")],
    ["an empty file", Buffer.alloc(0)],
  ])("%s is called damaged", async (_title, content) => {
    expect(await read("docx", content)).toEqual({ ok: false, message: expect.stringContaining("damaged") });
  });

  test("an archive with a password says so", async () => {
    const locked = makeZip([{ name: "word/document.xml", content: "x", encrypted: true }]);
    expect(await read("docx", locked)).toEqual({ ok: false, message: expect.stringContaining("password") });
  });
});

describe("Excel", () => {
  test("every sheet is read as CSV under its name", async () => {
    const rows = `<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c><c r="B1" t="inlineStr"><is><t>says "hi", twice</t></is></c></row>
      <row r="2"><c r="A2"><v>1.5</v></c><c r="B2" t="b"><v>1</v></c></row><row r="3"><c r="B3"><f>A2*2</f><v>3</v></c></row>`;
    const outcome = await read(
      "xlsx",
      makeXlsx([
        { name: "First", rows },
        { name: "Empty", rows: "" },
      ]),
    );
    expect(outcome).toEqual({
      ok: true,
      text: '# Sheet: First\nname,"says ""hi"", twice"\n1.5,true\n,3\n\n# Sheet: Empty\n',
      truncated: null,
      sheets: ["First", "Empty"],
      notes: [],
    });
  });

  test("a cell a million rows down is read without the empty rows", async () => {
    const far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>2</v></c></row>';
    expect(await read("xlsx", makeXlsx([{ name: "Far", rows: far }]))).toMatchObject({
      text: "# Sheet: Far\n1\n\n2\n",
    });
  });

  test("a sheet that unfolds to seventeen thousand million cells is given up with a message", async () => {
    const far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>';
    const outcome = await read("xlsx", makeXlsx([{ name: "Far", rows: far }]), { memoryBytes: 300 * 2 ** 20 });
    expect(outcome).toEqual({ ok: false, message: expect.stringContaining("too much memory") });
  });

  test.each([
    ["noise", randomBytes(10_000)],
    ["a zip of something else", makeZip([{ name: "a.txt", content: "hello" }])],
    ["an empty file", Buffer.alloc(0)],
  ])("%s is called damaged", async (_title, content) => {
    expect(await read("xlsx", content)).toEqual({ ok: false, message: expect.stringContaining("damaged") });
  });
});

describe("archives that burst", () => {
  const zeros = Buffer.alloc(60 * 2 ** 20);
  const tooLarge = { ok: false, message: expect.stringContaining("too large when unpacked") };

  test("60 MB of zeros in a DOCX is refused", async () => {
    const bomb = makeDocx(paragraph("x"), [{ name: "word/media/a.bin", content: zeros }]);
    expect(bomb.length).toBeLessThan(100_000);
    expect(await read("docx", bomb)).toEqual(tooLarge);
  });

  test("60 MB of zeros in an XLSX is refused", async () => {
    expect(await read("xlsx", makeXlsx([{ name: "A", rows: "" }], [{ name: "xl/a.xml", content: zeros }]))).toEqual(
      tooLarge,
    );
  });

  test("a bomb that lies about its size is found out", async () => {
    const liar = makeDocx(paragraph("x"), [{ name: "word/media/a.bin", content: zeros, claimedBytes: 100 }]);
    expect(await read("docx", liar)).toEqual({ ok: false, message: expect.stringContaining("not what it says it is") });
  });

  test("20,000 empty parts are refused", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ name: `word/${index}`, content: "" }));
    expect(await read("docx", makeDocx("", many))).toEqual({
      ok: false,
      message: expect.stringContaining("10,000 parts"),
    });
  });
});

describe("limits of the process", () => {
  test("a reader that takes too long is killed and says so", async () => {
    const outcome = await read("plain", "x".repeat(1000), { milliseconds: 1 });
    expect(outcome).toEqual({ ok: false, message: expect.stringContaining("too long") });
  });

  test("a reader that takes too much memory is killed and says so", async () => {
    const outcome = await read("plain", Buffer.alloc(80 * 2 ** 20, "x"), { memoryBytes: 90 * 2 ** 20 });
    expect(outcome).toEqual({ ok: false, message: expect.stringContaining("too much memory") });
  });

  test("a reader that is cancelled is killed, or not begun, and cancelled it stays", async () => {
    const cancel = new AbortController();
    const outcome = read("plain", "soon", { signal: cancel.signal });
    cancel.abort(new Error("cancelled"));
    await expect(outcome).rejects.toThrow("cancelled");
    const late = new AbortController();
    async function* content() {
      for (let chunk = 0; chunk < 100_000; chunk += 1) {
        if (chunk === 2) late.abort(new Error("cancelled late"));
        yield Buffer.alloc(2 ** 16, "x");
      }
    }
    const begun = extractText("plain", () => Promise.resolve(Readable.from(content())), { signal: late.signal });
    await expect(begun).rejects.toThrow("cancelled late");
  });

  test("a source that fails is an error, not a damaged file", async () => {
    const failing = () =>
      Promise.resolve(
        Readable.from(
          (async function* () {
            yield Buffer.from("x");
            throw new Error("the store is gone");
          })(),
        ),
      );
    await expect(extractText("plain", failing)).rejects.toThrow("the store is gone");
  });

  test("many files at once are all read", async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_, index) => read("plain", `file ${index}`)));
    expect(outcomes.map((outcome) => outcome.ok && outcome.text)).toEqual(outcomes.map((_, index) => `file ${index}`));
  });
});
