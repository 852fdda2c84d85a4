import { open } from "node:fs/promises";
import type { TextEncoding } from "./read-lines.ts";

export interface CsvDialect {
  encoding: TextEncoding;
  delimiter: string;
  hasHeader: boolean;
  /** Names of the columns, each once. */
  columns: string[];
}

const lookedAt = 256 * 1024;
const delimiters = [",", ";", "\t", "|"];
const mostLines = 200;

/** Finds out how a CSV file is written, from its beginning. */
export async function csvDialect(path: string): Promise<CsvDialect> {
  const head = await beginningOf(path);
  const encoding = encodingOf(head);
  const decoded = new TextDecoder(encoding === "latin1" ? "windows-1252" : encoding).decode(head);
  const lines = decoded.split(/\r\n|\n|\r/).slice(0, mostLines);
  // The last one may be cut off in the middle.
  if (lines.length > 1) lines.pop();
  const delimiter = delimiterOf(lines);
  const first = splitLine(lines[0] ?? "", delimiter);
  const hasHeader = looksLikeNames(first);
  return { encoding, delimiter, hasHeader, columns: uniqueNames(hasHeader ? first : first.map(() => "")) };
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(lookedAt), 0, lookedAt, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function encodingOf(head: Buffer): TextEncoding {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  try {
    // A character that is cut at the end of what is looked at is none that is wrong.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return "utf-8";
  } catch {
    return "latin1";
  }
}

/** The sign that gives the most columns in most lines. */
function delimiterOf(lines: readonly string[]): string {
  const scored = delimiters.map((delimiter) => {
    const counts = lines.filter((line) => line !== "").map((line) => splitLine(line, delimiter).length);
    const usual = mode(counts);
    const share = counts.filter((count) => count === usual).length / Math.max(counts.length, 1);
    return { delimiter, score: usual > 1 ? share * Math.min(usual, 50) : 0 };
  });
  const best = scored.toSorted((a, b) => b.score - a.score)[0];
  return best && best.score > 0 ? best.delimiter : ",";
}

function mode(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0])[0]?.[0] ?? 1;
}

/** The values of a line by itself; only to look at, quotes that go on in the next line are cut. */
export function splitLine(line: string, delimiter: string): string[] {
  const values: string[] = [];
  let value = "";
  let inQuotes = false;
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at]!;
    if (inQuotes && sign === '"' && line[at + 1] === '"') {
      value += '"';
      at += 1;
    } else if (sign === '"' && (inQuotes || value === "")) inQuotes = !inQuotes;
    else if (sign === delimiter && !inQuotes) {
      values.push(value);
      value = "";
    } else value += sign;
  }
  return [...values, value];
}

const looksLikeNames = (values: readonly string[]) =>
  values.every((value) => value.trim() !== "" && !/^[-+]?[\d.,]+%?$|^\d{4}-\d{2}-\d{2}/.test(value.trim())) &&
  new Set(values.map((value) => value.trim().toLowerCase())).size === values.length;

/** A name for every column: an empty one is called by its place, one that comes twice gets a number. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((given, index) => {
    const name = given.replace(/^\ufeff/, "").trim() || `column_${index + 1}`;
    let unique = name;
    for (let count = 2; taken.has(unique.toLowerCase()); count += 1) unique = `${name}_${count}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
