import "./output.css";
import { Button, classNames } from "@mindmesh/ui";
import { memo, useMemo, useState } from "react";
import { readAnsi } from "./ansi.ts";
import { endOf } from "./end-of-text.ts";

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
