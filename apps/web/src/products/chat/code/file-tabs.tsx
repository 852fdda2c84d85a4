import type { EditorFile } from "@mindmesh/contracts/runs";
import { classNames, DropdownMenu, IconButton } from "@mindmesh/ui";
import Ellipsis from "lucide-react/icons/ellipsis";
import Pencil from "lucide-react/icons/pencil";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import { useRef, type KeyboardEvent } from "react";
import { keyOf, showFile, useEditorState } from "./editor-state.ts";
import type { Place } from "./queries.ts";

type FileTabsProps = {
  place: Place;
  files: readonly EditorFile[];
  active: string;
  mayWrite: boolean;
  onNew: () => void;
  onRename: () => void;
  onDelete: (() => void) | null;
};

/** The files of the editor as tabs; arrows move between them. */
export function FileTabs({ place, files, active, mayWrite, onNew, onRename, onDelete }: FileTabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const drafts = useEditorState((state) => state.drafts);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = files.findIndex(({ path }) => path === active);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: files.length - 1 }[event.key];
    const next = to === undefined ? undefined : files[(to + files.length) % files.length];
    if (!next) return;
    event.preventDefault();
    showFile(place, next.path);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <div className="flex h-10 shrink-0 items-stretch border-b border-line bg-panel touch:h-12">
      <div
        ref={list}
        role="tablist"
        aria-label="Files of the editor"
        className="flex min-w-0 flex-1 overflow-x-auto [scrollbar-width:none]"
      >
        {files.map(({ path }) => {
          const unsaved = drafts[keyOf(place, path)] !== undefined;
          const selected = path === active;
          return (
            <button
              key={path}
              type="button"
              role="tab"
              aria-selected={selected}
              aria-controls="code-file"
              tabIndex={selected ? 0 : -1}
              onKeyDown={onKeyDown}
              onClick={() => showFile(place, path)}
              className={classNames(
                "relative flex shrink-0 items-center gap-1.5 border-r border-line px-3 font-mono text-xs transition-colors -outline-offset-2",
                selected ? "bg-canvas text-ink" : "text-muted hover:bg-hover hover:text-ink",
              )}
            >
              {path}
              {/* Its room is kept, so that no tab moves while somebody types. */}
              <span
                aria-hidden="true"
                className={classNames("size-1.5 rounded-full", unsaved ? "bg-accent" : "bg-transparent")}
              />
            </button>
          );
        })}
      </div>
      {mayWrite ? (
        <div className="flex shrink-0 items-center border-l border-line px-1">
          <IconButton size="sm" label="New file" icon={<Plus />} onClick={onNew} />
          <DropdownMenu
            align="end"
            entries={[
              { label: "Rename", icon: <Pencil />, onSelect: onRename },
              { kind: "separator" },
              { label: "Delete", icon: <Trash2 />, danger: true, onSelect: () => onDelete?.() },
            ]}
          >
            <IconButton size="sm" label={`More for ${active}`} icon={<Ellipsis />} />
          </DropdownMenu>
        </div>
      ) : null}
    </div>
  );
}
