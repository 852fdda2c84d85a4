import { describe, expect, it } from "vitest";
import { readAnsi, withoutAnsi } from "../../src/code/output/ansi.ts";
import { endOf } from "../../src/code/output/end-of-text.ts";
import { readCsv } from "../../src/code/output/read-csv.ts";
import { readHtml } from "../../src/code/output/read-html-table.ts";
import { isNumeric, sortedRows } from "../../src/code/output/sorted-rows.ts";

describe("what a program prints", () => {
  it("keeps its colours as names of classes, until they are reset", () => {
    expect(readAnsi("a \u001B[1;31mred\u001B[0m b")).toEqual([
      { text: "a ", className: "" },
      { text: "red", className: "ansi-red ansi-bold" },
      { text: " b", className: "" },
    ]);
    expect(readAnsi("\u001B[38;5;2mgreen\u001B[38;2;1;2;3mtrue\u001B[39m")).toEqual([
      { text: "green", className: "ansi-green" },
      { text: "true", className: "" },
    ]);
  });

  it("shows nothing of moves of the cursor, titles, links, and sequences that never end", () => {
    const written = "\u001B[2J\u001B[1;1Ha\u001B]0;title\u0007b\u001B]8;;http://x\u001B\\c\u001B[?25ld\u001B";
    expect(withoutAnsi(written)).toBe("abcd");
  });

  it("shows a progress bar as it last stood", () => {
    expect(withoutAnsi("begin\r\n 10%\r 50%\r100%\nend")).toBe("begin\n100%\nend");
    expect(withoutAnsi(" 10%\r 50%\r")).toBe(" 50%\r");
  });

  it("is folded to its last lines when there are many, with the number of the others", () => {
    const lines = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, line) => `line ${from + line}\n`).join("");
    expect(endOf(lines(0, 200))).toEqual({ end: lines(0, 200), hiddenLines: 0 });
    expect(endOf(lines(0, 1000))).toEqual({ end: lines(800, 1000), hiddenLines: 800 });
    expect(endOf("x".repeat(100_000)).end.length).toBe(30_000);
    expect(endOf("").end).toBe("");
    expect(endOf("\n")).toEqual({ end: "\n", hiddenLines: 0 });
  });
});

describe("a CSV file", () => {
  it.each([
    ["a,b\n1,2\n", [["1", "2"]]],
    [
      "a,b\r\n1,2\r\n\r\n3,4",
      [
        ["1", "2"],
        ["3", "4"],
      ],
    ],
    ["\uFEFFa;b\n1,5;2", [["1,5", "2"]]],
    ['a,b\n"x, ""y""\nz",2', [['x, "y"\nz', "2"]]],
    [
      "a,b\n1\n1,2,3",
      [
        ["1", "", ""],
        ["1", "2", "3"],
      ],
    ],
    ["a,b\n1,", [["1", ""]]],
    ['a,b\n"never closed', [["never closed", ""]]],
    ["", []],
  ])("%j is read in rows of one width", (text, rows) => {
    expect(readCsv(text).rows).toEqual(rows);
  });

  it("of more rows than a preview shows says that there are more", () => {
    const { rows, more } = readCsv(`a\n${"1\n".repeat(60_000)}`);
    expect(more).toBe(true);
    expect(rows.length).toBe(50_000);
  });

  it("is sorted by value where a column holds numbers, with empty cells last either way", () => {
    const rows = [["10"], [""], ["9"], ["NaN"], ["1,000"]];
    expect(isNumeric(rows, 0)).toBe(true);
    const first = (descending: boolean) =>
      sortedRows(rows, { column: 0, descending }, [true])
        .map(([cell]) => cell)
        .slice(0, 3);
    expect(first(false)).toEqual(["9", "10", "1,000"]);
    expect(first(true)).toEqual(["1,000", "10", "9"]);
    expect(isNumeric([["1"], ["x"]], 0)).toBe(false);
  });
});

describe("HTML that code made", () => {
  it("of a data frame becomes a table of words, whatever else is in it", () => {
    const html = `<div><style scoped>.dataframe { display: none }</style><script>alert("<td>1</td>")</script>
<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>price</th><th>a &amp; b</th></tr>
<tr><th>item</th><th></th><th></th></tr></thead><tbody><tr><th>tea</th><td onclick="alert(1)">12.5</td>
<td><img src=x onerror=alert(1)>40<br>pieces &lt;b&gt;</td></tr></tbody></table><p>1 rows × 2 columns</p></div>`;
    expect(readHtml(html)).toEqual({
      tables: [{ columns: ["item", "price", "a & b"], rows: [["tea", "12.5", "40 pieces <b>"]] }],
      words: "1 rows × 2 columns",
    });
  });

  it("with cells over several rows and columns keeps every value in its column", () => {
    const html = `<table><tr><th>year</th><th colspan="2">sold</th></tr>
<tr><th rowspan=2>2025</th><td>tea</td><td>1</td></tr><tr><td>coffee</td><td>2</td></tr></table>`;
    expect(readHtml(html).tables).toEqual([
      {
        columns: ["year", "sold", ""],
        rows: [
          ["2025", "tea", "1"],
          ["2025", "coffee", "2"],
        ],
      },
    ]);
  });

  it.each([
    ["<b>bold</b> and <i>plain</i>", 0, "bold and plain"],
    ["<table><tr><td>never closed", 1, ""],
    ["<table></table>", 0, ""],
    ["<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>", 1, ""],
    ["1 < 2 and <!-- hidden", 0, "1 < 2 and"],
  ])("%j", (html, tables, words) => {
    const read = readHtml(html);
    expect([read.tables.length, read.words]).toEqual([tables, words]);
  });

  it("of a megabyte of half a tag is read at once", () => {
    expect(readHtml(`<table ${"a ".repeat(500_000)}`).tables).toEqual([]);
    expect(readHtml("<td".repeat(300_000)).tables).toEqual([]);
  });
});
