import type { Tab } from "@mindmesh/contracts/query/tabs";
import { classNames, DropdownMenu, IconButton } from "@mindmesh/ui";
import Ellipsis from "lucide-react/icons/ellipsis";
import Plus from "lucide-react/icons/plus";
import X from "lucide-react/icons/x";
import { useRef, type KeyboardEvent } from "react";
import { useTabDrafts } from "./tab-drafts.ts";

type TabsBarProps = {
  tabs: readonly Tab[];
  active: string;
  onShow: (tabId: string) => void;
  onNew: () => void;
  onClose: (tab: Tab) => void;
  onRename: (tab: Tab) => void;
};

/** The open tabs. Arrows move between them, Delete closes one. */
export function TabsBar({ tabs, active, onShow, onNew, onClose, onRename }: TabsBarProps) {
  const list = useRef<HTMLDivElement>(null);
  const drafts = useTabDrafts((state) => state.drafts);
  const current = tabs.find(({ id }) => id === active);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === active);
    if (event.key === "Delete" && current) return onClose(current);
    if (event.key === "F2" && current) return onRename(current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return undefined;
    event.preventDefault();
    onShow(next.id);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
    return undefined;
  };
  return (
    <div className="flex h-9 shrink-0 items-stretch border-b border-line bg-panel touch:h-12">
      <div
        ref={list}
        role="tablist"
        aria-label="Open queries"
        className="flex min-w-0 overflow-x-auto [scrollbar-width:none]"
      >
        {tabs.map((tab) => {
          const selected = tab.id === active;
          const title = drafts[tab.id]?.content.title ?? tab.title;
          return (
            <button
              key={tab.id}
              type="button"
              role="tab"
              aria-selected={selected}
              aria-controls="query-tab"
              tabIndex={selected ? 0 : -1}
              onKeyDown={onKeyDown}
              onClick={() => onShow(tab.id)}
              onDoubleClick={() => onRename(tab)}
              onAuxClick={(event) => event.button === 1 && onClose(tab)}
              className={classNames(
                "relative flex max-w-52 shrink-0 items-center gap-1.5 border-r border-line px-3 text-xs transition-colors -outline-offset-2",
                selected ? "bg-canvas font-medium text-ink" : "text-muted hover:bg-hover hover:text-ink",
              )}
            >
              <span className="truncate">{title}</span>
              {/* Its room is kept, so that no tab moves while somebody types. */}
              <span
                aria-hidden="true"
                className={classNames(
                  "size-1.5 shrink-0 rounded-full",
                  drafts[tab.id] ? "bg-accent" : "bg-transparent",
                )}
              />
            </button>
          );
        })}
      </div>
      <div className="flex shrink-0 items-center px-1">
        <IconButton size="sm" label="New query" icon={<Plus />} onClick={onNew} />
      </div>
      {current ? (
        <div className="ml-auto flex shrink-0 items-center border-l border-line px-1">
          <IconButton size="sm" label={`Close ${current.title}`} icon={<X />} onClick={() => onClose(current)} />
          <DropdownMenu
            align="end"
            entries={[
              { label: "Rename", shortcut: "F2", onSelect: () => onRename(current) },
              { label: "Close", onSelect: () => onClose(current) },
              {
                label: "Close the others",
                disabled: tabs.length < 2,
                onSelect: () => {
                  for (const tab of tabs) if (tab.id !== active) onClose(tab);
                },
              },
            ]}
          >
            <IconButton size="sm" label={`More for ${current.title}`} icon={<Ellipsis />} />
          </DropdownMenu>
        </div>
      ) : null}
    </div>
  );
}
