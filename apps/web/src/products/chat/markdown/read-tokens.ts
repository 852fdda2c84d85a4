import { Lexer, Marked, type MarkedToken, type Token, type TokenizerAndRendererExtension, type Tokens } from "marked";

/** What our Markdown has beside that of GitHub. `tex` is as it was written. */
export type OwnToken =
  | { type: "math"; raw: string; tex: string; display: boolean }
  | { type: "footnoteReference"; raw: string; label: string }
  | { type: "footnote"; raw: string; label: string; tokens: Token[] };
export type MarkdownToken = MarkedToken | OwnToken;

/** The language that a code block says it is in, as written; empty where it says none. */
export function languageOf(token: Tokens.Code): string {
  return token.lang?.split(/[\s{]/, 1)[0] ?? "";
}

/** `\(x\)` and `$x$` in a line; `\[x\]` and `$$x$$` displayed. By Pandoc's rule "$5 and $10" is money, "$x$" is maths. */
const mathInLine =
  /^(?:\$\$((?:\\.|[^$\\])+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?![\s$])((?:\\.|[^$\n\\`])+?)(?<![\s\\])\$(?![\d$]))/;
/** Maths that begins a line; what has not ended yet is still arriving. */
const mathOfLines =
  /^ {0,3}(?:\$\$([\s\S]+?)\$\$[ \t]*(?:\n+|$)|\\\[([\s\S]+?)\\\][ \t]*(?:\n+|$)|(?:\$\$|\\\[)[ \t]*\n([\s\S]*)$)/;

const inlineMath: TokenizerAndRendererExtension = {
  name: "inlineMath",
  level: "inline",
  start: (source) => /(?<![\\$\w])\$|\\[([]/.exec(source)?.index,
  tokenizer(source, before) {
    const found = mathInLine.exec(source);
    if (!found) return undefined;
    const [raw, dollars, brackets, parentheses, dollar] = found;
    if (dollar !== undefined && /[\w$\\]$/.test(before.at(-1)?.raw ?? "")) return undefined;
    const tex = (dollars ?? brackets ?? parentheses ?? dollar ?? "").trim();
    return { type: "math", raw, tex, display: dollars !== undefined || brackets !== undefined };
  },
};

const blockMath: TokenizerAndRendererExtension = {
  name: "blockMath",
  level: "block",
  start: (source) => /(?<=^|\n) {0,3}(?:\$\$|\\\[)/.exec(source)?.index,
  tokenizer(source) {
    const found = mathOfLines.exec(source);
    if (!found) return undefined;
    const [raw, dollars, brackets, arriving] = found;
    return { type: "math", raw, tex: (dollars ?? brackets ?? arriving ?? "").trim(), display: true };
  },
};

const footnoteReference: TokenizerAndRendererExtension = {
  name: "footnoteReference",
  level: "inline",
  start: (source) => source.match(/\[\^/)?.index,
  tokenizer(source) {
    const [raw, label] = /^\[\^([^\]\s]+)\]/.exec(source) ?? [];
    return raw === undefined ? undefined : { type: "footnoteReference", raw, label };
  },
};

const footnote: TokenizerAndRendererExtension = {
  name: "footnote",
  level: "block",
  start: (source) => /(?<=^|\n)\[\^[^\]\s]+\]:/.exec(source)?.index,
  tokenizer(source) {
    // Its own line, and those after it that are not the beginning of something else or that are indented.
    const found = /^\[\^([^\]\s]+)\]:[ \t]*([^\n]*(?:\n(?!\[\^|\s*\n)[^\n]+|\n+ {4}[^\n]+)*)(?:\n+|$)/.exec(source);
    if (!found) return undefined;
    const [raw, label, text = ""] = found;
    return { type: "footnote", raw, label, tokens: this.lexer.blockTokens(text.replaceAll(/^ {4}/gm, "")) };
  },
};

const plain = new Marked({ gfm: true }).defaults;
const extended = new Marked({ gfm: true, extensions: [inlineMath, blockMath, footnoteReference, footnote] }).defaults;
/** The extensions look through what is left of a text at every mark in it, so they are asked only where they may be needed. */
const lexerFor = (text: string) => new Lexer(/\$|\\[([]|\[\^/.test(text) ? extended : plain);

/** Nobody writes longer paragraphs; reading marks in them would cost the square of their length. */
const longestParagraph = 10_000;

/** The top-level pieces of a Markdown text, what stands inside of them unread. @throws RangeError when nested too deep */
export const readBlocks = (text: string) => lexerFor(text).blockTokens(text) as MarkdownToken[];

/** A Markdown text as a tree. @throws RangeError when nested too deep */
export function readTokens(text: string): MarkdownToken[] {
  const lexer = lexerFor(text);
  lexer.blockTokens(text, lexer.tokens);
  for (const { src, tokens } of lexer.inlineQueue) {
    if (src.length > longestParagraph) tokens.push({ type: "text", raw: src, text: src });
    else lexer.inlineTokens(src, tokens);
  }
  return lexer.tokens as MarkdownToken[];
}
