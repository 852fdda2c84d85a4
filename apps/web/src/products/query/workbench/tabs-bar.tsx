import type { Tab } from "@mindmesh/contracts/query/tabs";
import { classNames, DropdownMenu, IconButton } from "@mindmesh/ui";
import Ellipsis from "lucide-react/icons/ellipsis";
import Plus from "lucide-react/icons/plus";
import X from "lucide-react/icons/x";
import { useEffect, useRef, useState, type DragEvent, type KeyboardEvent } from "react";
import { useTabDrafts } from "./tab-drafts.ts";

type TabsBarProps = {
  tabs: readonly Tab[];
  active: string;
  onShow: (tabId: string) => void;
  onNew: () => void;
  onClose: (tabs: readonly Tab[]) => void;
  onRename: (tab: Tab) => void;
  /** To another place, from 0; none where there is no such place. */
  onMove: (tab: Tab, to: number) => void;
};

/** The open tabs. Arrows move between them, with Alt and Shift they move the tab itself; Delete closes it. */
export function TabsBar({ tabs, active, onShow, onNew, onClose, onRename, onMove }: TabsBarProps) {
  const list = useRef<HTMLDivElement>(null);
  const drafts = useTabDrafts((state) => state.drafts);
  const [dragged, setDragged] = useState<string | null>(null);
  const at = tabs.findIndex(({ id }) => id === active);
  const current = tabs[at];
  // An outside system: the browser scrolls. A tab that was opened or moved may stand out of sight.
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [at]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Delete" && current) return onClose([current]);
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.altKey && event.shiftKey && current && by !== undefined) {
      event.preventDefault();
      return onMove(current, at + by);
    }
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return undefined;
    event.preventDefault();
    onShow(next.id);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
    return undefined;
  };
  const dragOver = (event: DragEvent<HTMLElement>, over: number) => {
    const tab = tabs.find(({ id }) => id === dragged);
    if (!tab) return;
    event.preventDefault();
    const from = tabs.indexOf(tab);
    if (from === over) return;
    // Past the middle of the other tab, so that tabs of unlike widths do not change places to and fro.
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const isPast = from < over ? event.clientX > left + width / 2 : event.clientX < left + width / 2;
    if (isPast) onMove(tab, over);
  };
  return (
    <div className="flex h-9 shrink-0 items-stretch border-b border-line bg-panel touch:h-12">
      <div
        ref={list}
        role="tablist"
        aria-label="Open queries"
        className="flex min-w-0 overflow-x-auto [scrollbar-width:none]"
      >
        {tabs.map((tab, place) => {
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
              draggable
              onDragStart={(event) => {
                event.dataTransfer.effectAllowed = "move";
                setDragged(tab.id);
              }}
              onDragOver={(event) => dragOver(event, place)}
              onDrop={(event) => event.preventDefault()}
              onDragEnd={() => setDragged(null)}
              onKeyDown={onKeyDown}
              onClick={() => onShow(tab.id)}
              onDoubleClick={() => onRename(tab)}
              onAuxClick={(event) => event.button === 1 && onClose([tab])}
              className={classNames(
                "group/tab relative flex max-w-52 shrink-0 items-center gap-1.5 border-r border-line pl-3 pr-2 text-xs transition-colors -outline-offset-2",
                selected ? "bg-canvas font-medium text-ink" : "text-muted hover:bg-hover hover:text-ink",
                dragged === tab.id && "opacity-50",
              )}
            >
              {selected ? <span aria-hidden="true" className="absolute inset-x-0 top-0 h-0.5 bg-accent" /> : null}
              <span className="truncate">{title}</span>
              {/* Its room is kept, so that no tab moves while somebody types. For the mouse only: Delete closes by keyboard. */}
              <span
                aria-hidden="true"
                title={`Close ${title}`}
                onClick={(event) => {
                  event.stopPropagation();
                  onClose([tab]);
                }}
                className="flex size-4 shrink-0 items-center justify-center rounded-xs hover:bg-hover"
              >
                <span
                  data-unsaved={drafts[tab.id] !== undefined}
                  className="size-1.5 rounded-full data-[unsaved=true]:bg-accent pointer-fine:group-hover/tab:hidden"
                />
                <X className="hidden size-3.5 pointer-fine:group-hover/tab:block" />
              </span>
            </button>
          );
        })}
      </div>
      <div className="flex shrink-0 items-center px-1">
        <IconButton size="sm" label="New query" shortcut="mod+shift+o" icon={<Plus />} onClick={onNew} />
      </div>
      {current ? (
        <div className="ml-auto flex shrink-0 items-center px-1">
          <DropdownMenu
            align="end"
            entries={[
              { label: "Rename", shortcut: "f2", onSelect: () => onRename(current) },
              { label: "Move to the left", disabled: at === 0, onSelect: () => onMove(current, at - 1) },
              {
                label: "Move to the right",
                disabled: at === tabs.length - 1,
                onSelect: () => onMove(current, at + 1),
              },
              { kind: "separator" },
              { label: "Close", onSelect: () => onClose([current]) },
              {
                label: "Close the others",
                disabled: tabs.length < 2,
                onSelect: () => onClose(tabs.filter((tab) => tab !== current)),
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
