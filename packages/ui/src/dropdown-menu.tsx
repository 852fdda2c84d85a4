import { DropdownMenu as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { menuClasses, MenuEntries, type MenuEntry } from "./menu-entries.tsx";

type DropdownMenuProps = {
  /** The button that opens it. */
  children: ReactNode;
  entries: readonly MenuEntry[];
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  onOpenChange?: (open: boolean) => void;
};

export function DropdownMenu({ children, entries, align = "start", side = "bottom", onOpenChange }: DropdownMenuProps) {
  return (
    <Primitive.Root {...(onOpenChange ? { onOpenChange } : {})}>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content align={align} side={side} sideOffset={4} collisionPadding={8} className={menuClasses}>
          <MenuEntries parts={Primitive} entries={entries} />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
