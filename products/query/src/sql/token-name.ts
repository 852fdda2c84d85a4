import type { SqlToken } from "./sql-tokens.ts";

/** A name without its quotes. */
export function nameOf({ kind, text }: SqlToken): string {
  if (kind !== "quoted" && kind !== "text") return text;
  const inner = text.slice(1, -1);
  const quote = text[0]!;
  return quote === "[" ? inner : inner.replaceAll(quote + quote, quote);
}
