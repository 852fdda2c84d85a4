import type { ReactNode } from "react";

/** One line of a menu. The same list can be given to a DropdownMenu and to a ContextMenu. */
export type MenuEntry =
  | {
      kind?: "action";
      label: string;
      icon?: ReactNode;
      /** Shown only; bind the key itself where the page binds its keys. */
      shortcut?: string;
      danger?: boolean;
      disabled?: boolean;
      onSelect: () => void;
    }
  | { kind: "link"; label: string; icon?: ReactNode; href: string; newTab?: boolean }
  | { kind: "check"; label: string; checked: boolean; disabled?: boolean; onCheckedChange: (checked: boolean) => void }
  | {
      kind: "choice";
      label: string;
      value: string;
      options: readonly { value: string; label: string; icon?: ReactNode }[];
      onValueChange: (value: string) => void;
    }
  | { kind: "submenu"; label: string; icon?: ReactNode; entries: readonly MenuEntry[] }
  | { kind: "label"; label: string }
  | { kind: "separator" };
