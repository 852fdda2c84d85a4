import { decodeCharacters } from "../../products/chat/markdown/decode-characters.ts";

/** A table of plain words: the head and the rows, all of the same width. */
export interface TextTable {
  columns: string[];
  rows: string[][];
}

interface Cell {
  words: string;
  head: boolean;
  columns: number;
  rows: number;
}
interface Row {
  cells: Cell[];
  inHead: boolean;
}

const mostColumns = 500;
const mostRowsSpanned = 10_000;

/** Comments, what is never words, a tag with its attributes. Anything else is text. */
const marks =
  /<!--[^]*?(?:-->|$)|<(script|style|template|noscript|iframe|object|svg)\b[^]*?(?:<\/\1\s*>|$)|<(\/?)([a-z][a-z0-9]*)((?:\s+[^\s=>/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?)*)\s*\/?>/gi;

const tidy = (text: string) => text.replaceAll(/\s+/g, " ").trim();

const spanOf = (attributes: string, name: "colspan" | "rowspan") =>
  Math.max(1, Number(new RegExp(`\\b${name}\\s*=\\s*["']?(\\d{1,5})`, "i").exec(attributes)?.[1] ?? 1));

/**
 * What HTML that a program made has to say, as data: its tables, and the words outside of them. No element of it is
 * ever made, so that nothing in it can run, fetch or draw. (Not by DOMParser: the browser reports each style attribute
 * there, of which pandas writes many, as a violation of our Content-Security-Policy.)
 */
export function readHtml(html: string): { tables: TextTable[]; words: string } {
  const tables: TextTable[] = [];
  let outside = "";
  let depth = 0;
  let rows: Row[] = [];
  let inHead = false;
  let cell: Cell | null = null;
  let from = 0;

  const addText = (text: string) => {
    const words = decodeCharacters(text);
    if (cell) cell.words += words;
    else if (depth === 0) outside += words;
  };
  for (const found of html.matchAll(marks)) {
    addText(html.slice(from, found.index));
    from = found.index + found[0].length;
    const [, , slash, tag, attributes = ""] = found;
    const name = tag?.toLowerCase();
    if (name === undefined) continue;
    const opens = slash === "";
    if (name === "table") {
      depth = Math.max(0, depth + (opens ? 1 : -1));
      if (opens && depth === 1) {
        rows = [];
        cell = null;
      } else if (!opens && depth === 0) {
        tables.push(evenTable(rows));
        cell = null;
      }
    } else if (depth === 1 && (name === "thead" || name === "tbody" || name === "tfoot")) {
      inHead = opens && name === "thead";
      cell = null;
    } else if (depth === 1 && name === "tr") {
      cell = null;
      if (opens) rows.push({ cells: [], inHead });
    } else if (depth === 1 && (name === "td" || name === "th")) {
      cell = null;
      const row = rows.at(-1);
      if (opens && row && row.cells.length < mostColumns) {
        const columns = Math.min(mostColumns, spanOf(attributes, "colspan"));
        const spanned = Math.min(mostRowsSpanned, spanOf(attributes, "rowspan"));
        cell = { words: "", head: name === "th", columns, rows: spanned };
        row.cells.push(cell);
      }
    } else {
      // <br>, <p> and the like keep words apart.
      addText(" ");
    }
  }
  addText(html.slice(from));
  if (depth > 0) tables.push(evenTable(rows));
  return { tables: tables.filter(({ columns }) => columns.length > 0), words: tidy(outside) };
}

const isHead = ({ cells, inHead }: Row) => inHead || cells.every((cell) => cell.head);

/** Rows of one width: a cell over several rows is repeated in each, the rest of one over several columns is empty. */
function spread(rows: readonly Row[]): string[][] {
  const open: { column: number; left: number; words: string }[] = [];
  return rows.map(({ cells }) => {
    const line: string[] = [];
    for (const above of open.filter(({ left }) => left > 0)) {
      line[above.column] = above.words;
      above.left -= 1;
    }
    let column = 0;
    for (const cell of cells) {
      while (line[column] !== undefined) column += 1;
      if (column >= mostColumns) break;
      const words = tidy(cell.words);
      line[column] = words;
      if (cell.rows > 1) open.push({ column, left: cell.rows - 1, words });
      for (let more = 1; more < cell.columns && column + more < mostColumns; more += 1) line[column + more] ??= "";
    }
    return Array.from(line, (words) => words ?? "");
  });
}

/** The head's rows become one: pandas writes the columns' names and the index's name in two. */
function evenTable(written: readonly Row[]): TextTable {
  const filled = written.filter(({ cells }) => cells.length > 0);
  const firstOther = filled.findIndex((row) => !isHead(row));
  const heads = firstOther === -1 ? Math.min(1, filled.length) : firstOther;
  const lines = spread(filled);
  const width = lines.reduce((widest, line) => Math.max(widest, line.length), 0);
  const across = Array.from({ length: width }, (_, column) => column);
  const columns = across.map((column) => [...new Set(lines.slice(0, heads).map((line) => line[column]))]);
  return {
    columns: columns.map((words) => words.filter(Boolean).join(" ")),
    rows: lines.slice(heads).map((line) => across.map((column) => line[column] ?? "")),
  };
}
