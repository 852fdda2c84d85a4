import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Kbd } from "./kbd.tsx";

const showMilliseconds = 450;
/** Time to move the pointer from the button onto its tooltip. */
const leaveMilliseconds = 120;
const gap = 6;
const margin = 8;

type Shown = { target: HTMLElement; label: string; keys: string | null; side: string | null };

/** One tooltip for the whole page, for every element with data-tooltip. */
export function TooltipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  const box = useRef<HTMLDivElement>(null);

  // The document's pointer, focus and keys.
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let target: HTMLElement | null = null;
    const hide = () => {
      clearTimeout(timer);
      target = null;
      setShown(null);
    };
    const show = (element: HTMLElement) => {
      const label = element.dataset["tooltip"];
      if (!label || !element.isConnected || element.getAttribute("aria-expanded") === "true") return;
      const { tooltipKeys, tooltipSide } = element.dataset;
      setShown({ target: element, label, keys: tooltipKeys ?? null, side: tooltipSide ?? null });
    };
    const over = (event: PointerEvent) => {
      if (event.pointerType !== "mouse" || !(event.target instanceof Element)) return;
      if (box.current?.contains(event.target)) {
        clearTimeout(timer);
        return;
      }
      const next = event.target.closest<HTMLElement>("[data-tooltip]");
      if (next === target) return;
      clearTimeout(timer);
      const wait = box.current ? leaveMilliseconds : showMilliseconds;
      target = next;
      timer = next ? setTimeout(() => show(next), wait) : setTimeout(hide, leaveMilliseconds);
    };
    const focus = (event: FocusEvent) => {
      const element = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tooltip]") : null;
      if (!element?.matches(":focus-visible")) return;
      target = element;
      show(element);
    };
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Tab" && event.key !== "Shift") hide();
    };
    document.addEventListener("pointerover", over);
    document.addEventListener("pointerdown", hide);
    document.addEventListener("focusin", focus);
    document.addEventListener("focusout", hide);
    document.addEventListener("keydown", key);
    document.addEventListener("scroll", hide, { capture: true, passive: true });
    return () => {
      clearTimeout(timer);
      document.removeEventListener("pointerover", over);
      document.removeEventListener("pointerdown", hide);
      document.removeEventListener("focusin", focus);
      document.removeEventListener("focusout", hide);
      document.removeEventListener("keydown", key);
      document.removeEventListener("scroll", hide, { capture: true });
    };
  }, []);

  // Below the target, or above it where there is no room; inside the window in any case.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !shown) return;
    const at = shown.target.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const below = at.bottom + gap;
    const above = at.top - gap - height;
    const fitsBelow = below + height + margin <= window.innerHeight;
    const top = (shown.side === "top" && above >= margin) || !fitsBelow ? above : below;
    const middle = at.left + at.width / 2 - width / 2;
    element.style.left = `${Math.max(margin, Math.min(middle, window.innerWidth - width - margin))}px`;
    element.style.top = `${top}px`;
  }, [shown]);

  if (!shown) return null;
  return (
    <div
      ref={box}
      role="tooltip"
      className="fixed z-50 flex w-max max-w-64 animate-fade-in items-center gap-2 rounded-sm bg-raised px-2 py-1 text-xs text-ink shadow-overlay"
    >
      {shown.label}
      {shown.keys ? <Kbd keys={shown.keys} /> : null}
    </div>
  );
}
