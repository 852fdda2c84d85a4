import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** Browsers give up on taller elements (Firefox at 17.9 million pixels); more rows than fit are scrolled in larger steps. */
const tallest = 15_000_000;

/**
 * The vertical place in a list that may be taller than an element can be. While it fits, places and pixels are the same. Beyond that
 * the scrollbar covers all rows, and the wheel still moves by the pixel.
 * @param headPixels of the sticky head above the rows
 */
export function useRowScroll(rows: number, rowPixels: number, headPixels: number) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [sight, setSight] = useState({ top: 0, drawnTop: 0, left: 0, width: 800, height: 400 });
  const real = rows * rowPixels;
  const drawn = Math.min(real, tallest);
  const place = useRef({ top: 0, own: -1 });

  const read = useCallback(() => {
    if (!scroller) return;
    const height = Math.max(0, scroller.clientHeight - headPixels);
    const { scrollTop, scrollLeft, clientWidth: width } = scroller;
    if (Math.abs(scrollTop - place.current.own) > 1) {
      const share = drawn > height ? scrollTop / (drawn - height) : 0;
      place.current.top = real > tallest ? share * (real - height) : scrollTop;
      place.current.own = -1;
    }
    const next = { top: place.current.top, drawnTop: scrollTop, left: scrollLeft, width, height };
    setSight((now) => {
      const isSame =
        now.top === next.top &&
        now.drawnTop === next.drawnTop &&
        now.left === next.left &&
        now.width === next.width &&
        now.height === next.height;
      return isSame ? now : next;
    });
  }, [scroller, real, drawn, headPixels]);

  /** Goes to a place in pixels of the whole list. */
  const goTo = useCallback(
    (top: number) => {
      if (!scroller) return;
      const height = Math.max(0, scroller.clientHeight - headPixels);
      const wanted = Math.max(0, Math.min(top, real - height));
      place.current.top = wanted;
      scroller.scrollTo({ top: real > tallest ? (wanted / (real - height)) * (drawn - height) : wanted });
      place.current.own = scroller.scrollTop;
      read();
    },
    [scroller, real, drawn, headPixels, read],
  );

  useLayoutEffect(() => {
    if (!scroller) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (real <= tallest || event.ctrlKey || event.deltaY === 0 || event.shiftKey) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? rowPixels : event.deltaMode === 2 ? scroller.clientHeight : 1;
      scroller.scrollBy({ left: event.deltaX });
      goTo(place.current.top + event.deltaY * unit);
    };
    const watcher = new ResizeObserver(read);
    watcher.observe(scroller);
    scroller.addEventListener("scroll", read, { passive: true });
    scroller.addEventListener("wheel", onWheel, { passive: false });
    read();
    return () => {
      watcher.disconnect();
      scroller.removeEventListener("scroll", read);
      scroller.removeEventListener("wheel", onWheel);
    };
  }, [scroller, read, goTo, real, rowPixels]);

  /** From places in the whole list to pixels of the drawn one, for rows near the sight. */
  const shift = real > tallest ? sight.top - sight.drawnTop : 0;
  return { scroller, setScroller, sight, drawn, shift, goTo };
}
