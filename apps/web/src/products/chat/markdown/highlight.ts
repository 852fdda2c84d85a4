import hljs from "highlight.js/lib/common";

const longest = 60_000;

/**
 * Code as HTML with `hljs-` classes; null when the language is not known or the code too long to colour.
 * highlight.js escapes everything that is not its own markup.
 */
export function highlight(code: string, language: string): string | null {
  if (code.length > longest || !hljs.getLanguage(language)) return null;
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}
