import { ContextMenu as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { menuClasses, MenuEntries, type MenuEntry } from "./menu-entries.tsx";

/** A menu on right click or long press of its one child. Offer the same entries in a visible button too. */
export function ContextMenu({ children, entries }: { children: ReactNode; entries: readonly MenuEntry[] }) {
  return (
    <Primitive.Root>
      <Primitive.Trigger asChild>{children}</Primitive.Trigger>
      <Primitive.Portal>
        <Primitive.Content collisionPadding={8} className={menuClasses}>
          <MenuEntries parts={Primitive} entries={entries} />
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
