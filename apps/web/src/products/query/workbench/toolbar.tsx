import { Button, DropdownMenu, IconButton } from "@mindmesh/ui";
import AlignLeft from "lucide-react/icons/align-left";
import ChevronDown from "lucide-react/icons/chevron-down";
import History from "lucide-react/icons/history";
import Library from "lucide-react/icons/library";
import Play from "lucide-react/icons/play";
import Save from "lucide-react/icons/save";
import type { SideView } from "./side-panel.tsx";

type ToolbarProps = {
  isRunning: boolean;
  onRun: () => void;
  onRunToCursor: () => void;
  onFormat: () => void;
  onSave: () => void;
  side: SideView | null;
  onSide: (view: SideView | null) => void;
};

/** What can be done with the text of a tab. */
export function Toolbar({ isRunning, onRun, onRunToCursor, onFormat, onSave, side, onSide }: ToolbarProps) {
  return (
    <div className="flex h-10 shrink-0 items-center gap-1 border-b border-line px-2 touch:h-14">
      <Button size="sm" variant="primary" icon={<Play />} busy={isRunning} onClick={onRun}>
        Run
      </Button>
      <DropdownMenu
        entries={[
          { label: "Run the statement at the cursor, or what is selected", shortcut: "mod+enter", onSelect: onRun },
          { label: "Run all up to the cursor", shortcut: "mod+shift+enter", onSelect: onRunToCursor },
        ]}
      >
        <IconButton size="sm" label="More ways to run" icon={<ChevronDown />} />
      </DropdownMenu>
      <IconButton size="sm" label="Format" shortcut="mod+shift+f" icon={<AlignLeft />} onClick={onFormat} />
      <IconButton size="sm" label="Save" shortcut="mod+s" icon={<Save />} onClick={onSave} />
      <div className="ml-auto flex items-center gap-1">
        <IconButton
          size="sm"
          label="History"
          shortcut="mod+shift+h"
          aria-pressed={side === "history"}
          icon={<History />}
          onClick={() => onSide(side === "history" ? null : "history")}
        />
        <IconButton
          size="sm"
          label="Saved queries"
          shortcut="mod+shift+s"
          aria-pressed={side === "saved"}
          icon={<Library />}
          onClick={() => onSide(side === "saved" ? null : "saved")}
        />
      </div>
    </div>
  );
}
