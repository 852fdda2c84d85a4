import Paperclip from "lucide-react/icons/paperclip";
import { useRef, useState, type DragEvent, type ReactNode } from "react";

type DropAreaProps = {
  /** Null where nothing can be attached. */
  onFiles: ((files: File[]) => unknown) | null;
  children: ReactNode;
};

/** Takes files that are dropped anywhere on it, and says so while they hover. */
export function DropArea({ onFiles, children }: DropAreaProps) {
  const [over, setOver] = useState(false);
  // Enter and leave come for every element below; the area is left when as many have come of each.
  const depth = useRef(0);
  const hasFiles = (event: DragEvent) => onFiles !== null && event.dataTransfer.types.includes("Files");
  const end = () => {
    depth.current = 0;
    setOver(false);
  };
  return (
    // Files can be attached by a button and by pasting too.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      className="relative flex min-h-0 flex-1 flex-col"
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!hasFiles(event)) return;
        depth.current -= 1;
        if (depth.current <= 0) end();
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        end();
        onFiles?.([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over ? (
        <div className="pointer-events-none absolute inset-3 z-20 flex animate-fade-in flex-col items-center justify-center gap-2 rounded-xl border-2 border-dashed border-accent bg-canvas/90 text-accent-ink">
          <Paperclip aria-hidden="true" className="size-6" />
          <p className="text-sm font-medium">Drop to attach</p>
        </div>
      ) : null}
    </div>
  );
}
