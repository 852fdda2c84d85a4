import "./output.css";
import { Button, classNames } from "@mindmesh/ui";
import { memo, useMemo, useState } from "react";
import { readAnsi } from "./ansi.ts";

/** More than this is folded to its end until asked for: the end is where errors stand. */
const shownLines = 200;
const shownCharacters = 30_000;

/** The last part of a text, cut at the beginning of a line, and how many lines were left out. */
export function endOf(text: string): { end: string; hiddenLines: number } {
  let from = Math.max(0, text.length - shownCharacters);
  if (from > 0) from = text.indexOf("\n", from) + 1 || from;
  let lines = 0;
  // The line break at the very end ends a line, it does not begin one.
  for (let at = text.length - 1; at > from;) {
    at = text.lastIndexOf("\n", at - 1);
    if (at < from) break;
    lines += 1;
    if (lines === shownLines) from = at + 1;
  }
  let hiddenLines = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < from; at = text.indexOf("\n", at + 1)) hiddenLines += 1;
  return { end: text.slice(from), hiddenLines: Math.max(hiddenLines, from > 0 ? 1 : 0) };
}

type OutputTextProps = { text: string; stream: "stdout" | "stderr" };

/** What a program printed, with its colours. Long texts show their end first. */
export const OutputText = memo(function OutputText({ text, stream }: OutputTextProps) {
  const [all, setAll] = useState(false);
  const { end, hiddenLines } = useMemo(() => endOf(text), [text]);
  const shown = all ? text : end;
  const spans = useMemo(() => readAnsi(shown), [shown]);
  return (
    <>
      {hiddenLines > 0 ? (
        <Button size="sm" variant="ghost" className="-ml-2.5 font-normal" onClick={() => setAll(!all)}>
          {all ? "Show only the end" : `Show all (${hiddenLines.toLocaleString()} earlier lines)`}
        </Button>
      ) : null}
      <pre
        className={classNames(
          "whitespace-pre-wrap break-words font-mono text-xs leading-relaxed [overflow-wrap:anywhere]",
          stream === "stderr" ? "text-danger-ink" : "text-ink",
        )}
      >
        {spans.map((span, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- spans never change places
          <span key={index} className={span.className || undefined}>
            {span.text}
          </span>
        ))}
      </pre>
    </>
  );
});
