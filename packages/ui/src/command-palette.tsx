import Search from "lucide-react/icons/search";
import { Command } from "cmdk";
import { Dialog as Primitive } from "radix-ui";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { Kbd } from "./kbd.tsx";
import { useReturnFocus } from "./return-focus.ts";
import { Spinner } from "./spinner.tsx";

export type PaletteItem = {
  id: string;
  title: string;
  group: string;
  icon?: ReactNode;
  /** Said in grey after the title: where, when, of what. */
  hint?: ReactNode;
  /** Other words it is found by. */
  keywords?: readonly string[];
  shortcut?: string;
  /** Found elsewhere for this very query: always shown, in the order given. */
  found?: boolean;
  run: () => void;
};

type CommandPaletteProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  items: readonly PaletteItem[];
  query: string;
  onQueryChange: (query: string) => void;
  busy?: boolean;
  placeholder?: string;
  /** Said when nothing fits. */
  empty?: ReactNode;
};

/** Every word typed must stand in the title or the other words, in any order; best where a word begins so. */
function everyWord(_: string, search: string, keywords: string[] = []) {
  const text = ` ${keywords.join(" ").toLowerCase()}`;
  const fits = search
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .map((word) => (text.includes(` ${word}`) ? 1 : text.includes(word) ? 0.5 : 0));
  return Math.min(...fits);
}

/** Everything the page can do, found by typing. Groups stand in the order in which their first item comes. */
export function CommandPalette({
  open,
  onOpenChange,
  items,
  query,
  onQueryChange,
  busy = false,
  placeholder = "Search or run a command",
  empty = "Nothing fits these words.",
}: CommandPaletteProps) {
  const groups = [...new Set(items.map((item) => item.group))];
  const focus = useReturnFocus();
  const [chosen, setChosen] = useState("");
  const list = useRef<HTMLDivElement>(null);
  // cmdk chooses before it has drawn what fits, and then may hold on to a line that is gone.
  useEffect(() => {
    const frame = requestAnimationFrame(() => {
      const values = [...(list.current?.querySelectorAll<HTMLElement>("[cmdk-item]") ?? [])].map(
        (element) => element.dataset["value"] ?? "",
      );
      setChosen((now) => (values.includes(now) ? now : (values[0] ?? "")));
    });
    return () => cancelAnimationFrame(frame);
  });
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 bg-scrim data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in" />
        <Primitive.Content
          {...focus}
          aria-describedby={undefined}
          className="fixed left-1/2 top-[14vh] z-40 w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-lg bg-raised text-ink shadow-modal outline-none data-[state=closed]:animate-fade-out data-[state=open]:animate-fade-in phone:top-3"
        >
          <Primitive.Title className="sr-only">Command palette</Primitive.Title>
          <Command
            label="Command palette"
            loop
            vimBindings={false}
            filter={everyWord}
            value={chosen}
            onValueChange={setChosen}
          >
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              {busy ? (
                <Spinner className="size-4 text-faint" />
              ) : (
                <Search aria-hidden="true" className="size-4 shrink-0 text-faint" />
              )}
              <Command.Input
                value={query}
                onValueChange={onQueryChange}
                placeholder={placeholder}
                className="h-12 w-full min-w-0 bg-transparent text-md text-ink outline-none touch:text-[1rem]"
              />
            </div>
            <Command.List
              ref={list}
              className="max-h-[min(24rem,60dvh)] scroll-py-1 overflow-y-auto overscroll-contain p-1"
            >
              {busy || items.some((item) => item.found) ? null : (
                <Command.Empty className="px-3 py-8 text-center text-sm text-muted">{empty}</Command.Empty>
              )}
              {groups.map((group) => (
                <Command.Group
                  key={group}
                  heading={group}
                  // What was found elsewhere need not hold the words in its title.
                  forceMount={items.some((item) => item.group === group && item.found === true)}
                  className="pb-1 [&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint"
                >
                  {items
                    .filter((item) => item.group === group)
                    .map((item) => (
                      <Command.Item
                        key={item.id}
                        value={item.id}
                        keywords={[item.title, ...(item.keywords ?? [])]}
                        forceMount={item.found ?? false}
                        onSelect={() => {
                          onOpenChange(false);
                          item.run();
                        }}
                        className="flex min-h-9 select-none items-center gap-2.5 rounded-sm px-3 text-sm data-[selected=true]:bg-hover touch:min-h-11"
                      >
                        {item.icon ? <span className="flex text-muted [&_svg]:size-4">{item.icon}</span> : null}
                        <span className="truncate">{item.title}</span>
                        {item.hint ? <span className="min-w-0 truncate text-xs text-faint">{item.hint}</span> : null}
                        {item.shortcut ? (
                          <span className="ml-auto pl-3 touch:hidden">
                            <Kbd keys={item.shortcut} />
                          </span>
                        ) : null}
                      </Command.Item>
                    ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
