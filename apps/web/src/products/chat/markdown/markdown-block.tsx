import { memo } from "react";
import { Drawn } from "./draw-tokens.tsx";
import { readTokens } from "./read-tokens.ts";

function tokensOf(source: string) {
  try {
    return readTokens(source);
  } catch {
    return null; // Nested so deep that no parser gets through: a text made to do harm.
  }
}

/** One block of Markdown, drawn again only when its source changes. */
export const MarkdownBlock = memo(function MarkdownBlock({ source }: { source: string }) {
  const tokens = tokensOf(source);
  return tokens ? <Drawn tokens={tokens} /> : <p className="whitespace-pre-wrap">{source}</p>;
});
