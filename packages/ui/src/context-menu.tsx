import { Slot } from "radix-ui";
import { useRef, type MouseEvent, type PointerEvent, type ReactElement } from "react";
import type { MenuEntry } from "./menu-entry.ts";
import { openMenu } from "./open-menu.ts";

const longPressMilliseconds = 550;

type ContextMenuProps = {
  /** What is right-clicked or long-pressed. */
  children: ReactElement;
  entries: readonly MenuEntry[];
  /** Its name for screen readers. */
  label?: string;
};

/** A menu at the pointer. Offer the same entries in a visible button too: not everybody finds this one. */
export function ContextMenu({ children, entries, label = "Actions" }: ContextMenuProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pressed = useRef(false);
  const show = (opener: HTMLElement, left: number, top: number) => {
    const focusable = opener.matches("a,button,[tabindex]")
      ? opener
      : opener.querySelector<HTMLElement>("a,button,[tabindex]");
    openMenu({
      entries,
      label,
      anchor: { left, top, width: 0, height: 0 },
      side: "bottom",
      align: "start",
      opener: focusable,
      byKeyboard: false,
    });
  };
  const release = () => clearTimeout(timer.current);
  return (
    <Slot.Root
      onContextMenu={(event: MouseEvent<HTMLElement>) => {
        event.preventDefault();
        release();
        show(event.currentTarget, event.clientX, event.clientY);
      }}
      // Safari on phones sends no contextmenu event for a long press.
      onPointerDown={(event: PointerEvent<HTMLElement>) => {
        pressed.current = false;
        if (event.pointerType === "mouse") return;
        const { currentTarget, clientX, clientY } = event;
        timer.current = setTimeout(() => {
          pressed.current = true;
          show(currentTarget, clientX, clientY);
        }, longPressMilliseconds);
      }}
      onPointerMove={release}
      onPointerUp={release}
      onPointerCancel={release}
      // Lifting the finger after a long press must not also follow the link below it.
      onClickCapture={(event: MouseEvent<HTMLElement>) => {
        if (!pressed.current) return;
        pressed.current = false;
        event.preventDefault();
        event.stopPropagation();
      }}
      style={{ WebkitTouchCallout: "none" }}
    >
      {children}
    </Slot.Root>
  );
}
