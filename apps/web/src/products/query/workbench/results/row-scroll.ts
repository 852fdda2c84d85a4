import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from "react";

/** Browsers give up on taller elements (Firefox at 17.9 million pixels); more rows than fit are scrolled in larger steps. */
const tallest = 15_000_000;

/**
 * The vertical place in a list that may be taller than an element can be. While it fits, places and pixels are the same. Beyond that
 * the scrollbar covers all rows, and the wheel still moves by the pixel.
 */
export function useRowScroll(scroller: RefObject<HTMLElement | null>, rows: number, rowPixels: number, headPixels: number) {
  const [sight, setSight] = useState({ top: 0, left: 0, width: 800, height: 400 });
  const real = rows * rowPixels;
  const drawn = Math.min(real, tallest);
  const place = useRef({ top: 0, own: -1 });

  const read = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const height = Math.max(0, element.clientHeight - headPixels);
    const { scrollTop, scrollLeft, clientWidth: width } = element;
    if (Math.abs(scrollTop - place.current.own) > 1) {
      const share = drawn > height ? scrollTop / (drawn - height) : 0;
      place.current.top = real > tallest ? share * (real - height) : scrollTop;
    }
    setSight((now) => {
      const next = { top: place.current.top, left: scrollLeft, width, height };
      const isSame =
        now.top === next.top && now.left === next.left && now.width === width && now.height === height;
      return isSame ? now : next;
    });
  }, [scroller, real, drawn, headPixels]);

  /** Goes to a place in pixels of the whole list. */
  const goTo = useCallback(
    (top: number) => {
      const element = scroller.current;
      if (!element) return;
      const height = Math.max(0, element.clientHeight - headPixels);
      const wanted = Math.max(0, Math.min(top, real - height));
      place.current.top = wanted;
      element.scrollTop = real > tallest ? (wanted / (real - height)) * (drawn - height) : wanted;
      place.current.own = element.scrollTop;
      read();
    },
    [scroller, real, drawn, headPixels, read],
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (real <= tallest || event.ctrlKey || event.deltaY === 0 || event.shiftKey) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? rowPixels : event.deltaMode === 2 ? element.clientHeight : 1;
      element.scrollLeft += event.deltaX;
      goTo(place.current.top + event.deltaY * unit);
    };
    const watcher = new ResizeObserver(read);
    watcher.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    element.addEventListener("wheel", onWheel, { passive: false });
    read();
    return () => {
      watcher.disconnect();
      element.removeEventListener("scroll", read);
      element.removeEventListener("wheel", onWheel);
    };
  }, [scroller, read, goTo, real, rowPixels]);

  /** From places in the whole list to pixels of the drawn one, for rows near the sight. */
  const shift = real > tallest ? sight.top - (scroller.current?.scrollTop ?? 0) : 0;
  return { sight, drawn, shift, goTo };
}
