import { Slot } from "radix-ui";
import { useRef, useState, type KeyboardEvent, type MouseEvent, type ReactElement } from "react";
import type { MenuEntry } from "./menu-entry.ts";
import { openMenu, type MenuRequest } from "./open-menu.ts";

type DropdownMenuProps = {
  /** The button that opens it. */
  children: ReactElement;
  entries: readonly MenuEntry[];
  align?: MenuRequest["align"];
  side?: MenuRequest["side"];
  onOpenChange?: (open: boolean) => void;
};

/** A button's menu, drawn by Overlays. */
export function DropdownMenu({ children, entries, align = "start", side = "bottom", onOpenChange }: DropdownMenuProps) {
  const [open, setOpen] = useState(false);
  // The press on the button of an open menu has already closed it by the time it is a click.
  const wasOpen = useRef(false);
  const show = (opener: HTMLElement, byKeyboard: boolean) => {
    const { left, top, width, height } = opener.getBoundingClientRect();
    setOpen(true);
    onOpenChange?.(true);
    openMenu({
      entries,
      label: opener.getAttribute("aria-label") ?? opener.textContent,
      anchor: { left, top, width, height },
      side,
      align,
      opener,
      byKeyboard,
      onClose: () => {
        setOpen(false);
        onOpenChange?.(false);
      },
    });
  };
  return (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={open}
      onPointerDown={() => {
        wasOpen.current = open;
      }}
      // A press by Enter or Space is a click without a pointer: its count of clicks is 0.
      onClick={(event: MouseEvent<HTMLElement>) => {
        const byKeyboard = event.detail === 0;
        if (byKeyboard || !wasOpen.current) show(event.currentTarget, byKeyboard);
      }}
      onKeyDown={(event: KeyboardEvent<HTMLElement>) => {
        if (event.key !== "ArrowDown") return;
        event.preventDefault();
        show(event.currentTarget, true);
      }}
    >
      {children}
    </Slot.Root>
  );
}
