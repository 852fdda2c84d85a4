import "../../../code/code-colours.css";
import { CopyButton } from "@mindmesh/ui";
import { useMemo } from "react";
import { highlight } from "../markdown/highlight.ts";

/** Code to read, in colours, as tall as a few lines and scrolled beyond that. */
export function ColouredCode({ code, language }: { code: string; language: string }) {
  const html = useMemo(() => highlight(code, language), [code, language]);
  return (
    <div className="relative">
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
        tabIndex={0}
        aria-label="Code"
        className="max-h-64 overflow-auto px-3.5 py-2.5 font-mono text-xs leading-relaxed -outline-offset-2 [tab-size:2]"
      >
        {html === null ? (
          <code>{code}</code>
        ) : (
          // oxlint-disable-next-line react/no-danger -- highlight.js has escaped it
          <code dangerouslySetInnerHTML={{ __html: html }} />
        )}
      </pre>
      <CopyButton text={code} label="Copy code" className="!absolute right-1.5 top-1.5" />
    </div>
  );
}
