import { CopyButton, useLoaded } from "@mindmesh/ui";
import { lazy, memo, Suspense, use, useEffect, useRef, useState } from "react";
import { CodePlace } from "./code-place.ts";

const MermaidDiagram = lazy(async () => ({ default: (await import("./mermaid-diagram.tsx")).MermaidDiagram }));
const loadHighlight = () => import("./highlight.ts");
const loadBlockRun = () => import("../code/block-run.tsx");
/** The names of languages that can be run: those of ../code/languages.ts. */
const canRun = /^(?:py(?:thon3?)?|m?js|javascript|node|m?ts|typescript|(?:ba|z)?sh|shell)$/i;

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

/** Code with its language, colours, a copy button, and what runs it; a finished Mermaid block is drawn. */
export const CodeBlock = memo(function CodeBlock({ code, language, closed }: CodeBlockProps) {
  const coloured = useHighlighted(code, language, closed);
  const place = use(CodePlace);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  const runs = useLoaded(loadBlockRun, place !== null && closed && canRun.test(language));
  const plain = (
    <figure className="code-block">
      <figcaption>
        <span>{language || "text"}</span>
        <span className="flex items-center">
          <span ref={setSlot} className="contents" />
          <CopyButton text={code} label="Copy code" />
        </span>
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
      {runs && place && slot ? <runs.BlockRun {...place} code={code} language={language} slot={slot} /> : null}
    </figure>
  );
  if (language !== "mermaid" || !closed) return plain;
  return (
    <Suspense fallback={plain}>
      <MermaidDiagram source={code} fallback={plain} />
    </Suspense>
  );
});
