import "katex/dist/katex.min.css";
import { render } from "katex";
import { useLayoutEffect, useRef } from "react";

const limits = { maxExpand: 500, maxSize: 40 };

/**
 * A formula in TeX. KaTeX builds elements here and sets their styles one by one; its HTML text would need a parser and
 * style attributes, which our Content-Security-Policy forbids.
 */
export function Formula({ tex, display }: { tex: string; display: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (!place.current) return;
    try {
      render(tex, place.current, { displayMode: display, throwOnError: true, strict: false, trust: false, ...limits });
    } catch {
      // An unfinished formula, most often: it is still arriving.
      place.current.textContent = tex;
    }
  }, [tex, display]);
  return <span ref={place} />;
}
