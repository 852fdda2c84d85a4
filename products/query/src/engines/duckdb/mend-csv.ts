import { createWriteStream } from "node:fs";
import { once } from "node:events";
import type { CsvDialect } from "./csv-dialect.ts";
import { type NumberedLine, readLines } from "./read-lines.ts";

export interface SkippedLine {
  line: number;
  reason: string;
  text: string;
}

/** A quote that is not closed within so many lines was never meant to be open. */
const longestQuote = { lines: 1_000, characters: 1_000_000 };
/** More broken lines than these are no CSV file. */
const mostSkipped = 100_000;

/**
 * Reads a CSV file that does not keep to the rules (RFC 4180) line by line, and writes what does keep to them, all quoted.
 * @returns every line that could not be read, whole, with the reason: nothing is lost
 */
export async function mendCsv(path: string, dialect: CsvDialect, mended: string): Promise<SkippedLine[]> {
  const out = createWriteStream(mended);
  const skipped: SkippedLine[] = [];
  const lines = readLines(path, dialect.encoding);
  const ahead: NumberedLine[] = [];
  const next = async (): Promise<NumberedLine | null> => {
    const waiting = ahead.shift();
    if (waiting) return waiting;
    const { value, done } = await lines.next();
    return done === true ? null : value;
  };
  const skip = ({ line, text }: NumberedLine, reason: string) => {
    if (skipped.length < mostSkipped) skipped.push({ line, reason, text: text.slice(0, 100_000) });
  };

  let isFirst = true;
  for (let line = await next(); line !== null; line = await next()) {
    if (line.text === "") continue;
    const read = [line];
    let text = line.text;
    let record = readRecord(text, dialect.delimiter);
    while (record.open && read.length < longestQuote.lines && text.length < longestQuote.characters) {
      const more = await next();
      if (more === null) break;
      read.push(more);
      text += `\n${more.text}`;
      record = readRecord(text, dialect.delimiter);
    }
    if (record.open) {
      skip(line, "a quote is opened and never closed");
      ahead.unshift(...read.slice(1));
      continue;
    }
    if (isFirst && dialect.hasHeader) {
      isFirst = false;
      continue;
    }
    isFirst = false;
    const reason = record.broken ?? countMistake(record.values.length, dialect.columns.length);
    if (reason !== null) {
      skip(line, reason);
      ahead.unshift(...read.slice(1));
    } else if (!out.write(`${record.values.map(csvCell).join(",")}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return skipped;
}

const countMistake = (found: number, wanted: number) =>
  found === wanted ? null : `${found} ${found === 1 ? "value" : "values"} where there are ${wanted} columns`;

/** A value in quotes; nothing for one that is not there, so that NULL and "" stay apart. */
export const csvCell = (value: string | null): string => (value === null ? "" : `"${value.replaceAll('"', '""')}"`);

interface ReadRecord {
  values: (string | null)[];
  /** The text ends within quotes. */
  open: boolean;
  broken: string | null;
}

function readRecord(text: string, delimiter: string): ReadRecord {
  const values: (string | null)[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const end = text.indexOf(delimiter, at);
      const value = text.slice(at, end === -1 ? undefined : end);
      if (value.includes("\n")) return { values, open: false, broken: "a line ends within a value without quotes" };
      values.push(value === "" ? null : value);
      if (end === -1) return { values, open: false, broken: null };
      at = end + 1;
      continue;
    }
    let value = "";
    let from = at + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote === -1) return { values, open: true, broken: null };
      value += text.slice(from, quote);
      if (text[quote + 1] !== '"') {
        at = quote + 1;
        break;
      }
      value += '"';
      from = quote + 2;
    }
    values.push(value);
    if (at >= text.length) return { values, open: false, broken: null };
    if (text[at] !== delimiter) {
      return {
        values,
        open: false,
        broken: `a quote within the quoted value of column ${values.length} is not doubled`,
      };
    }
    at += 1;
  }
}
