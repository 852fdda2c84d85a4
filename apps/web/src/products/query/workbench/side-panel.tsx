import type { Tab } from "@mindmesh/contracts/query/tabs";
import { IconButton, SegmentedControl } from "@mindmesh/ui";
import X from "lucide-react/icons/x";
import { HistoryPanel } from "./panels/history-panel.tsx";
import { SavedPanel } from "./panels/saved-panel.tsx";
import type { Place } from "./queries.ts";

export type SideView = "history" | "saved";

/** What a new tab begins with. */
export type TabContent = Partial<Pick<Tab, "title" | "text" | "parameters" | "savedQueryId">>;

type SidePanelProps = {
  place: Place;
  view: SideView;
  onView: (view: SideView) => void;
  onClose: () => void;
  onOpen: (content: TabContent) => void;
};

/** Beside the workbench, or above it on a phone: the history and the saved queries. */
export function SidePanel({ place, view, onView, onClose, onOpen }: SidePanelProps) {
  const open = (content: TabContent) => {
    onOpen(content);
    if (matchMedia("(max-width: 767px)").matches) onClose();
  };
  return (
    <aside
      aria-label="History and saved queries"
      className="flex w-80 shrink-0 flex-col border-l border-line bg-panel max-md:absolute max-md:inset-0 max-md:z-30 max-md:w-auto max-md:border-l-0"
    >
      <div className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-2 touch:h-14">
        <SegmentedControl
          label="What is listed"
          value={view}
          onValueChange={onView}
          options={[
            { value: "history", label: "History" },
            { value: "saved", label: "Saved" },
          ]}
        />
        <IconButton size="sm" label="Close the panel" icon={<X />} className="ml-auto" onClick={onClose} />
      </div>
      {view === "history" ? <HistoryPanel place={place} onOpen={open} /> : <SavedPanel place={place} onOpen={open} />}
    </aside>
  );
}
