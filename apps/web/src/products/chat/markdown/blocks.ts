import type { Tokens } from "marked";
import { languageOf, readBlocks } from "./read-tokens.ts";

/** A part of a Markdown text that can be drawn by itself. */
export type Block =
  | { kind: "markdown"; source: string }
  /** A fenced or indented code block of the top level. `closed` is false while its end has not arrived. */
  | { kind: "code"; language: string; code: string; closed: boolean };

/** These many last blocks may still change their kind or merge when more text arrives. */
const unsettled = 2;

function codeBlock(token: Tokens.Code): Block {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(token.raw)?.[1];
  const closed = fence === undefined || new RegExp(`\n {0,3}\\${fence[0]}{${fence.length},}[ \t]*\n*$`).test(token.raw);
  return { kind: "code", language: languageOf(token), code: token.text, closed };
}

interface Piece {
  block: Block | null;
  raw: string;
  definition: boolean;
}

/** The top-level pieces of `text`, in order; their `raw` joined is the text. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  for (const token of readBlocks(text)) {
    const last = found.at(-1);
    if (token.type === "space" && last) {
      last.raw += token.raw;
    } else if (token.type === "space" || token.type === "def") {
      found.push({ block: null, raw: token.raw, definition: token.type === "def" });
    } else {
      const block: Block = token.type === "code" ? codeBlock(token) : { kind: "markdown", source: token.raw };
      found.push({ block, raw: token.raw, definition: false });
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
 * not change stay the same objects, so that they need not be drawn again. `split` throws a RangeError for a text that is
 * nested too deep.
 */
export function createBlockSplitter() {
  let settled: Piece[] = [];
  let settledText = "";
  let decorated = new WeakMap<Block, Block>();
  let lastDefinitions = "";
  let lastOpen: Block[] = [];

  return function split(rawText: string): Block[] {
    const text = rawText.replaceAll("\r\n", "\n");
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
