import Check from "lucide-react/icons/check";
import ChevronRight from "lucide-react/icons/chevron-right";
import { DropdownMenu as Menu } from "radix-ui";
import { useState } from "react";
import { classNames } from "./class-names.ts";
import { Kbd } from "./kbd.tsx";
import type { MenuEntry } from "./menu-entry.ts";
import { closeMenu, useOpenMenu, type MenuRequest } from "./open-menu.ts";

const menuClasses =
  "z-50 max-h-(--radix-popper-available-height) min-w-48 max-w-80 overflow-y-auto rounded-md bg-raised p-1 text-ink shadow-overlay outline-none " +
  "data-[state=closed]:animate-pop-out data-[state=open]:animate-pop-in";

const itemClasses =
  "relative flex min-h-7 select-none items-center gap-2 rounded-xs px-2 text-sm outline-none " +
  "data-disabled:opacity-50 data-highlighted:bg-hover data-[state=open]:bg-hover touch:min-h-11 [&_svg]:size-4 [&_svg]:shrink-0";

/** Draws the open menu. Its anchor is an empty box laid over whatever opened it. */
export function MenuLayer() {
  const current = useOpenMenu();
  // The last one stays drawn while it fades out.
  const [shown, setShown] = useState<MenuRequest | null>(null);
  if (current && current !== shown) setShown(current);
  if (!shown) return null;
  const { anchor, opener } = shown;
  return (
    <Menu.Root
      key={`${anchor.left}:${anchor.top}`}
      modal={false}
      open={current !== null}
      onOpenChange={(open) => {
        if (!open) closeMenu();
      }}
    >
      <Menu.Trigger asChild>
        <span aria-hidden="true" className="pointer-events-none fixed" style={anchor} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          aria-labelledby={undefined}
          aria-label={shown.label}
          side={shown.side}
          align={shown.align}
          sideOffset={anchor.width === 0 ? 2 : 4}
          collisionPadding={8}
          className={menuClasses}
          ref={(content) => {
            if (shown.byKeyboard) content?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            // An entry may have opened a window or a field that has the focus by now: it keeps it.
            if (document.activeElement === document.body) opener?.focus();
          }}
        >
          <MenuEntries entries={shown.entries} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}

function MenuEntries({ entries }: { entries: readonly MenuEntry[] }) {
  return entries.map((entry, index) => (
    <MenuLine key={entry.kind === "separator" ? `separator-${index}` : entry.label} entry={entry} />
  ));
}

function MenuLine({ entry }: { entry: MenuEntry }) {
  switch (entry.kind) {
    case "separator":
      return <Menu.Separator className="-mx-1 my-1 h-px bg-line" />;
    case "label":
      return <MenuLabel label={entry.label} />;
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
          <MenuTick />
        </Menu.CheckboxItem>
      );
    case "choice":
      return (
        <>
          <MenuLabel label={entry.label} />
          <Menu.RadioGroup value={entry.value} onValueChange={entry.onValueChange}>
            {entry.options.map((option) => (
              <Menu.RadioItem key={option.value} value={option.value} className={classNames(itemClasses, "pr-8")}>
                {option.icon ? <span className="flex text-muted">{option.icon}</span> : null}
                <span className="flex-1 truncate">{option.label}</span>
                <MenuTick />
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
              <MenuEntries entries={entry.entries} />
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

function MenuLabel({ label }: { label: string }) {
  return <Menu.Label className="px-2 pb-1 pt-1.5 text-2xs font-medium text-faint">{label}</Menu.Label>;
}

function MenuTick() {
  return (
    <Menu.ItemIndicator className="absolute right-2 flex text-accent-ink">
      <Check aria-hidden="true" />
    </Menu.ItemIndicator>
  );
}
