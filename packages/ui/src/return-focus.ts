import { useRef } from "react";
import { menuOpener } from "./open-menu.ts";

/**
 * For a window without a trigger of its own: Radix then leaves the focus nowhere when it closes. Spread the result on
 * the window's content; the focus goes back to whatever had it, or to the button of the menu whose entry opened it.
 */
export function useReturnFocus() {
  const opener = useRef<HTMLElement | null>(null);
  return {
    onOpenAutoFocus: () => {
      const active = document.activeElement;
      if (!(active instanceof HTMLElement)) return;
      opener.current = active.closest("[role=menu]") ? menuOpener() : active;
    },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (opener.current?.isConnected) opener.current.focus();
    },
  };
}
