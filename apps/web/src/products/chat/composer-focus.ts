import { useEffect, type RefObject } from "react";

let current: HTMLTextAreaElement | null = null;

/** Fingers get the on-screen keyboard only when they ask for it. */
const hasKeyboard = () => window.matchMedia("(hover: hover) and (pointer: fine)").matches;

/** Registers the field of the composer, and focuses it where that raises no on-screen keyboard. */
export function useComposerFocus(field: RefObject<HTMLTextAreaElement | null>) {
  useEffect(() => {
    current = field.current;
    if (hasKeyboard()) current?.focus();
    return () => {
      current = null;
    };
  }, [field]);
}

/** Moves to the composer, the cursor behind what is written there. */
export function focusComposer() {
  current?.focus();
  current?.setSelectionRange(current.value.length, current.value.length);
}
