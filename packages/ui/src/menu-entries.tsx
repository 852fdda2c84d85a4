import Check from "lucide-react/icons/check";
import ChevronRight from "lucide-react/icons/chevron-right";
import type { ContextMenu, DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names.ts";
import { Kbd } from "./kbd.tsx";

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

export const menuClasses =
  "z-50 max-h-(--radix-popper-available-height) min-w-48 max-w-80 overflow-y-auto rounded-md bg-raised p-1 text-ink shadow-overlay outline-none " +
  "data-[state=closed]:animate-pop-out data-[state=open]:animate-pop-in";

const itemClasses =
  "relative flex min-h-7 select-none items-center gap-2 rounded-xs px-2 text-sm outline-none " +
  "data-disabled:opacity-50 data-highlighted:bg-hover data-[state=open]:bg-hover touch:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0";

/** Both menus have the same parts; the caller passes its own so that the items find their menu. */
type MenuParts = typeof DropdownMenu | typeof ContextMenu;

export function MenuEntries({ parts, entries }: { parts: MenuParts; entries: readonly MenuEntry[] }) {
  return entries.map((entry, index) => (
    <MenuLine key={entry.kind === "separator" ? `separator-${index}` : entry.label} parts={parts} entry={entry} />
  ));
}

function MenuLine({ parts: Menu, entry }: { parts: MenuParts; entry: MenuEntry }) {
  switch (entry.kind) {
    case "separator":
      return <Menu.Separator className="-mx-1 my-1 h-px bg-line" />;
    case "label":
      return <MenuLabel parts={Menu} label={entry.label} />;
    case "link":
      return (
        <Menu.Item asChild className={itemClasses}>
          <a href={entry.href} {...(entry.newTab ? { target: "_blank", rel: "noreferrer" } : {})}>
            {entry.icon ? <span className="flex text-muted">{entry.icon}</span> : null}
            <span className="flex-1 truncate">{entry.label}</span>
          </a>
        </Menu.Item>
      );
    case "check":
      return (
        <Menu.CheckboxItem
          checked={entry.checked}
          disabled={entry.disabled ?? false}
          onCheckedChange={entry.onCheckedChange}
          className={classNames(itemClasses, "pr-8")}
        >
          <span className="flex-1 truncate">{entry.label}</span>
          <MenuTick parts={Menu} />
        </Menu.CheckboxItem>
      );
    case "choice":
      return (
        <>
          <MenuLabel parts={Menu} label={entry.label} />
          <Menu.RadioGroup value={entry.value} onValueChange={entry.onValueChange}>
            {entry.options.map((option) => (
              <Menu.RadioItem key={option.value} value={option.value} className={classNames(itemClasses, "pr-8")}>
                {option.icon ? <span className="flex text-muted">{option.icon}</span> : null}
                <span className="flex-1 truncate">{option.label}</span>
                <MenuTick parts={Menu} />
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
        </>
      );
    case "submenu":
      return (
        <Menu.Sub>
          <Menu.SubTrigger className={itemClasses}>
            {entry.icon ? <span className="flex text-muted">{entry.icon}</span> : null}
            <span className="flex-1 truncate">{entry.label}</span>
            <ChevronRight aria-hidden="true" className="text-faint" />
          </Menu.SubTrigger>
          <Menu.Portal>
            <Menu.SubContent sideOffset={4} alignOffset={-4} collisionPadding={8} className={menuClasses}>
              <MenuEntries parts={Menu} entries={entry.entries} />
            </Menu.SubContent>
          </Menu.Portal>
        </Menu.Sub>
      );
    default:
      return (
        <Menu.Item
          disabled={entry.disabled ?? false}
          onSelect={entry.onSelect}
          className={classNames(itemClasses, entry.danger && "text-danger-ink data-highlighted:bg-danger-soft")}
        >
          {entry.icon ? <span className={classNames("flex", !entry.danger && "text-muted")}>{entry.icon}</span> : null}
          <span className="flex-1 truncate">{entry.label}</span>
          {entry.shortcut ? (
            <span className="pl-4 touch:hidden">
              <Kbd keys={entry.shortcut} />
            </span>
          ) : null}
        </Menu.Item>
      );
  }
}

function MenuLabel({ parts: Menu, label }: { parts: MenuParts; label: string }) {
  return <Menu.Label className="px-2 pb-1 pt-1.5 text-2xs font-medium text-faint">{label}</Menu.Label>;
}

function MenuTick({ parts: Menu }: { parts: MenuParts }) {
  return (
    <Menu.ItemIndicator className="absolute right-2 flex text-accent-ink">
      <Check aria-hidden="true" />
    </Menu.ItemIndicator>
  );
}
