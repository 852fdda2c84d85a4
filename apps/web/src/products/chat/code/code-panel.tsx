import { IconButton, SegmentedControl, Sheet } from "@mindmesh/ui";
import FileOutput from "lucide-react/icons/file-output";
import FilePen from "lucide-react/icons/file-pen";
import History from "lucide-react/icons/history";
import X from "lucide-react/icons/x";
import { useSyncExternalStore } from "react";
import { useCommand } from "../../../shell/commands.ts";
import { EditorPane } from "./editor-pane.tsx";
import { FilesPane } from "./files-pane.tsx";
import { PanelEdge, panelStyle, usePanelWidth } from "./panel-width.tsx";
import type { PanelView } from "./panel-view.ts";
import type { Place } from "./queries.ts";
import { RunsPane } from "./runs-pane.tsx";
import { useOpenPanel } from "./use-panel.ts";

const beside = "(width >= 64rem)";

function subscribe(listener: () => void) {
  const media = window.matchMedia(beside);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}

/** Whether the window is wide enough for the panel beside the conversation. */
const useBeside = () => useSyncExternalStore(subscribe, () => window.matchMedia(beside).matches);

const views = [
  { value: "editor", label: "Editor", icon: <FilePen /> },
  { value: "files", label: "Files", icon: <FileOutput /> },
  { value: "runs", label: "Runs", icon: <History /> },
] as const;

type CodePanelProps = { place: Place; view: PanelView };

/** Code at the side of a conversation: an editor, the files that code made, the runs. On narrow screens it covers it. */
export function CodePanel({ place, view }: CodePanelProps) {
  const open = useOpenPanel();
  const wide = useBeside();
  const { share, setShare } = usePanelWidth();
  const close = () => open(null);
  useCommand({ id: "code.editor", title: "Code: editor", group: "Code", run: () => open("editor") });
  useCommand({ id: "code.files", title: "Code: files it made", group: "Code", run: () => open("files") });
  useCommand({ id: "code.runs", title: "Code: runs", group: "Code", run: () => open("runs") });
  const content = (
    <>
      <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line pl-3 pr-2 phone:h-[calc(3.25rem+env(safe-area-inset-top))] phone:pt-[env(safe-area-inset-top)]">
        <h2 className="sr-only">Code</h2>
        <SegmentedControl label="Show" value={view} onValueChange={open} options={views} />
        <IconButton label="Close the code panel" icon={<X />} className="ml-auto" onClick={close} />
      </header>
      {view === "editor" ? <EditorPane key={place.conversationId} place={place} /> : null}
      {view === "files" ? <FilesPane key={place.conversationId} place={place} /> : null}
      {view === "runs" ? <RunsPane key={place.conversationId} place={place} /> : null}
    </>
  );
  if (wide) {
    return (
      <section
        aria-label="Code"
        className="relative flex shrink-0 flex-col border-l border-line bg-canvas"
        style={panelStyle(share)}
      >
        <PanelEdge share={share} onChange={setShare} />
        {content}
      </section>
    );
  }
  return (
    <Sheet
      open
      side="right"
      title="Code"
      className="!w-screen !bg-canvas"
      onOpenChange={(shown) => {
        if (!shown) close();
      }}
    >
      {content}
    </Sheet>
  );
}
