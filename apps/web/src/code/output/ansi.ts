/** A piece of a program's output in one look. */
export interface AnsiSpan {
  text: string;
  /** Names of our own classes, such as "ansi-red ansi-bold"; empty for plain text. */
  className: string;
}

const colours = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

interface Look {
  colour: string | null;
  bold: boolean;
  faint: boolean;
  italic: boolean;
  underlined: boolean;
}
const plain: Look = { colour: null, bold: false, faint: false, italic: false, underlined: false };

/** The look after one "select graphic rendition" sequence (ECMA-48, 8.3.117). Backgrounds are left out. */
function afterCodes(look: Look, codes: readonly number[]): Look {
  const next = { ...look };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) Object.assign(next, plain);
    else if (code === 1) next.bold = true;
    else if (code === 2) next.faint = true;
    else if (code === 3) next.italic = true;
    else if (code === 4) next.underlined = true;
    else if (code === 22) Object.assign(next, { bold: false, faint: false });
    else if (code === 23) next.italic = false;
    else if (code === 24) next.underlined = false;
    else if (code >= 30 && code <= 37) next.colour = colours[code - 30] ?? null;
    else if (code >= 90 && code <= 97) next.colour = colours[code - 90] ?? null;
    else if (code === 39) next.colour = null;
    else if (code === 38 || code === 48) {
      const indexed = codes[at + 1] === 5;
      const index = codes[at + 2] ?? 16;
      if (code === 38) next.colour = indexed && index < 16 ? (colours[index % 8] ?? null) : null;
      at += indexed ? 2 : 4;
    }
  }
  return next;
}

const classesOf = (look: Look) =>
  [
    look.colour === null ? "" : `ansi-${look.colour}`,
    look.bold ? "ansi-bold" : "",
    look.faint ? "ansi-faint" : "",
    look.italic ? "ansi-italic" : "",
    look.underlined ? "ansi-underlined" : "",
  ]
    .filter((name) => name !== "")
    .join(" ");

/** Any escape sequence: "select graphic rendition" with its codes, other control sequences, titles and links, the rest. */
const sequence =
  // oxlint-disable-next-line no-control-regex -- escape sequences are made of control characters
  /\u001B\[([\d;:]*)m|\u001B\[[\d;:<=>?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B[@-Z\\-_]?/g;

/** A line that a carriage return begins anew, as progress bars do, is shown as it last stood. */
const overwritten = (text: string) => text.replaceAll("\r\n", "\n").replaceAll(/[^\n]*\r(?!$)/g, "");

/** What a program wrote for a terminal, as text with looks. Colours and weights stay, every other sequence goes. */
export function readAnsi(written: string): AnsiSpan[] {
  const text = overwritten(written);
  const spans: AnsiSpan[] = [];
  let look = plain;
  let from = 0;
  const add = (piece: string) => {
    if (piece !== "") spans.push({ text: piece, className: classesOf(look) });
  };
  for (const found of text.matchAll(sequence)) {
    add(text.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[1] !== undefined) look = afterCodes(look, found[1].split(/[;:]/).map(Number));
  }
  add(text.slice(from));
  return spans;
}

/** The text alone, for the clipboard. */
export const withoutAnsi = (written: string) =>
  readAnsi(written)
    .map((span) => span.text)
    .join("");
