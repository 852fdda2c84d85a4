import { useEffect, useRef } from "react";
import { flushSync } from "react-dom";

/** Browsers that keep the reader's place themselves when something is added above it: all but Safari. */
const keepsPlace = () => CSS.supports("overflow-anchor", "auto");

/** Above the first message that is drawn: asks for earlier ones before the reader comes there. */
export function EarlierMark({ onReach }: { onReach: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(onReach);
  useEffect(() => {
    latest.current = onReach;
  });
  useEffect(() => {
    const scroller = mark.current?.closest('[role="log"]');
    if (!mark.current || !scroller) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        const fromEnd = scroller.scrollHeight - scroller.scrollTop;
        flushSync(() => latest.current());
        if (!keepsPlace()) scroller.scrollTop = scroller.scrollHeight - fromEnd;
      },
      { root: scroller, rootMargin: "800px 0px 0px" },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, []);
  return <div ref={mark} className="h-px" />;
}
