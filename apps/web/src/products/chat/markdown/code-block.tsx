import { CopyButton } from "@mindmesh/ui";
import { lazy, memo, Suspense, useEffect, useRef, useState } from "react";

const MermaidDiagram = lazy(async () => ({ default: (await import("./mermaid-diagram.tsx")).MermaidDiagram }));
const loadHighlight = () => import("./highlight.ts");

/** While code arrives, it is coloured this often, in milliseconds, and only up to this length. */
const recolourMilliseconds = 150;
const longestWhileArriving = 8_000;

/** Coloured code as HTML; null until there is some. The colours of a growing code may be a few lines behind. */
function useHighlighted(code: string, language: string, closed: boolean) {
  const [coloured, setColoured] = useState<{ code: string; html: string } | null>(null);
  const lastAt = useRef(0);
  useEffect(() => {
    if (language === "" || (!closed && code.length > longestWhileArriving)) return undefined;
    let wanted = true;
    const pause = closed ? 0 : Math.max(0, lastAt.current + recolourMilliseconds - performance.now());
    const timer = setTimeout(() => {
      loadHighlight()
        .then(({ highlight }) => {
          if (!wanted) return;
          lastAt.current = performance.now();
          const html = highlight(code, language);
          setColoured(html === null ? null : { code, html });
        })
        // Without colours the code is still there.
        .catch(() => undefined);
    }, pause);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [code, language, closed]);
  return coloured && code.startsWith(coloured.code) ? coloured : null;
}

type CodeBlockProps = { code: string; language: string; closed: boolean };

/** Code with its language, colours and a copy button; a finished Mermaid block is drawn. */
export const CodeBlock = memo(function CodeBlock({ code, language, closed }: CodeBlockProps) {
  const coloured = useHighlighted(code, language, closed);
  const plain = (
    <figure className="code-block">
      <figcaption>
        <span>{language || "text"}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- wide code must be scrollable by keyboard */}
      <pre tabIndex={0}>
        <code>
          {coloured ? (
            // oxlint-disable-next-line react/no-danger -- highlight.js has escaped it
            <span dangerouslySetInnerHTML={{ __html: coloured.html }} />
          ) : null}
          {coloured ? code.slice(coloured.code.length) : code}
        </code>
      </pre>
    </figure>
  );
  if (language !== "mermaid" || !closed) return plain;
  return (
    <Suspense fallback={plain}>
      <MermaidDiagram source={code} fallback={plain} />
    </Suspense>
  );
});
