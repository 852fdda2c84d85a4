import { Lexer, type Token } from "marked";

/** A part of a Markdown text that can be drawn by itself. */
export type Block =
  | { kind: "markdown"; source: string }
  /** A fenced or indented code block of the top level. `closed` is false while its end has not arrived. */
  | { kind: "code"; language: string; code: string; closed: boolean };

const footnote = /^\[\^[^\]\n]+\]:/m;
/** These many last blocks may still change their kind or merge when more text arrives. */
const unsettled = 2;

const isSpace = (token: Token) => token.type === "space";

function leavesMathOpen(source: string, alreadyOpen: boolean) {
  const dollars = source.match(/(?<!\\)\$\$/g)?.length ?? 0;
  const brackets = (source.match(/\\\[/g)?.length ?? 0) - (source.match(/\\\]/g)?.length ?? 0);
  if (alreadyOpen) return dollars % 2 === 0 && brackets >= 0;
  return dollars % 2 === 1 || brackets > 0;
}

function codeBlock(token: Token & { text?: string; lang?: string }): Block {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(token.raw)?.[1];
  const closed = fence === undefined || new RegExp(`\n {0,3}\\${fence[0]}{${fence.length},}[ \t]*\n*$`).test(token.raw);
  return { kind: "code", language: token.lang?.split(/[\s{]/, 1)[0] ?? "", code: token.text ?? "", closed };
}

interface Piece {
  block: Block | null;
  raw: string;
  definition: boolean;
}

/** The top-level pieces of `text`, in order; their `raw` joined is the text. Display maths stays in one piece. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let mathOpen = false;
  for (const token of new Lexer({ gfm: true }).blockTokens(text)) {
    const last = found.at(-1);
    if (mathOpen && last?.block?.kind === "markdown") {
      last.raw += token.raw;
      last.block = { kind: "markdown", source: last.raw };
      mathOpen = leavesMathOpen(token.raw, true);
    } else if (isSpace(token)) {
      if (last) last.raw += token.raw;
      else found.push({ block: null, raw: token.raw, definition: false });
    } else if (token.type === "code") {
      found.push({ block: codeBlock(token), raw: token.raw, definition: false });
    } else {
      const definition = token.type === "def";
      const block: Block | null = definition ? null : { kind: "markdown", source: token.raw };
      found.push({ block, raw: token.raw, definition });
      mathOpen = leavesMathOpen(token.raw, false);
    }
  }
  return found;
}

function withDefinitions(block: Block, definitions: string): Block {
  if (definitions === "" || block.kind === "code" || !/\[[^\]]+\]/.test(block.source)) return block;
  return { kind: "markdown", source: `${block.source.trimEnd()}\n\n${definitions}` };
}

/**
 * Splits a growing Markdown text into blocks. Only the end is read again when the text has grown, and blocks that did
 * not change stay the same objects, so that they need not be drawn again.
 */
export function createBlockSplitter() {
  let settled: Piece[] = [];
  let settledText = "";
  let decorated = new WeakMap<Block, Block>();
  let lastDefinitions = "";
  let lastOpen: Block[] = [];

  return function split(rawText: string): Block[] {
    const text = rawText.replaceAll("\r\n", "\n");
    if (footnote.test(text)) return [{ kind: "markdown", source: text }];
    if (!text.startsWith(settledText)) {
      settled = [];
      settledText = "";
    }
    const rest = pieces(text.slice(settledText.length));
    const nowSettled = rest.splice(0, Math.max(0, rest.length - unsettled));
    settled.push(...nowSettled);
    settledText += nowSettled.map((piece) => piece.raw).join("");

    // A block that was open and has come to the same end keeps its identity.
    const open = rest.flatMap((piece) => (piece.block ? [piece.block] : []));
    for (const piece of [...nowSettled, ...rest]) {
      const same = lastOpen.find((block) => piece.block && sameBlock(block, piece.block));
      if (same) piece.block = same;
    }
    lastOpen = open;

    const all = [...settled, ...rest];
    const definitions = all
      .filter((piece) => piece.definition)
      .map((piece) => piece.raw.trimEnd())
      .join("\n");
    if (definitions !== lastDefinitions) decorated = new WeakMap();
    lastDefinitions = definitions;
    return all.flatMap(({ block }) => {
      if (!block) return [];
      const known = decorated.get(block) ?? withDefinitions(block, definitions);
      decorated.set(block, known);
      return [known];
    });
  };
}

function sameBlock(one: Block, other: Block) {
  if (one.kind === "markdown") return other.kind === "markdown" && one.source === other.source;
  return (
    other.kind === "code" && one.code === other.code && one.language === other.language && one.closed === other.closed
  );
}
