import { createReadStream } from "node:fs";

export interface NumberedLine {
  /** From 1. */
  line: number;
  /** Without its end. */
  text: string;
}

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "latin1";

/** The lines of a text file of any size; bytes that the encoding does not know become U+FFFD. */
export async function* readLines(path: string, encoding: TextEncoding): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder(encoding === "latin1" ? "windows-1252" : encoding);
  let rest = "";
  let line = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    rest += decoder.decode(chunk, { stream: true });
    // A lone \r ends a line, too, but may be half of an \r\n that the next chunk completes.
    const parts = rest.split(/\r\n|\n|\r(?!$)/);
    rest = parts.pop() ?? "";
    for (const text of parts) yield { line: (line += 1), text };
  }
  rest += decoder.decode();
  if (rest.endsWith("\r")) rest = rest.slice(0, -1);
  if (rest !== "") yield { line: line + 1, text: rest };
}
