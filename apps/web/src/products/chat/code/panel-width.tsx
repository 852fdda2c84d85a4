import { type KeyboardEvent, type PointerEvent, useState } from "react";

/** Of the conversation's room, in percent. Both sides keep what can still be read, see `panelStyle`. */
const bounds = { least: 25, most: 70, usual: 46 };
const step = 2;
const storageKey = "mindmesh.code-panel-width";

const within = (share: number) => Math.min(bounds.most, Math.max(bounds.least, share));

function storedShare(): number {
  try {
    const share = Number(localStorage.getItem(storageKey) ?? bounds.usual);
    return Number.isFinite(share) ? within(share) : bounds.usual;
  } catch {
    return bounds.usual;
  }
}

/** How wide the panel is, as this browser remembers it. */
export function usePanelWidth(): { share: number; setShare(share: number): void } {
  const [share, setOwn] = useState(storedShare);
  return {
    share,
    setShare(wanted) {
      const next = within(wanted);
      setOwn(next);
      try {
        localStorage.setItem(storageKey, String(Math.round(next * 10) / 10));
      } catch {
        // Private windows of some browsers refuse; then it holds until the page is left.
      }
    },
  };
}

export const panelStyle = (share: number) => ({ width: `clamp(22rem, ${share}%, calc(100% - 22rem))` });

/** The edge of the panel: drawn with the pointer, moved with the arrow keys, set back by a double click or Enter. */
export function PanelEdge({ share, onChange }: { share: number; onChange(share: number): void }) {
  function drag(event: PointerEvent<HTMLDivElement>) {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const room = event.currentTarget.parentElement?.parentElement?.getBoundingClientRect();
    if (room) onChange(((room.right - event.clientX) / room.width) * 100);
  }
  function move(event: KeyboardEvent) {
    const moved: Record<string, number> = {
      ArrowLeft: share + step,
      ArrowRight: share - step,
      Home: bounds.most,
      End: bounds.least,
      Enter: bounds.usual,
    };
    const next = moved[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onChange(next);
  }
  return (
    <div
      role="separator"
      aria-label="Width of the code panel"
      aria-orientation="vertical"
      aria-valuenow={Math.round(share)}
      aria-valuemin={bounds.least}
      aria-valuemax={bounds.most}
      aria-valuetext={`${Math.round(share)} percent`}
      tabIndex={0}
      className="absolute inset-y-0 -left-1 z-10 w-2 cursor-col-resize touch-none hover:bg-accent/25 focus-visible:bg-accent/40 focus-visible:outline-none active:bg-accent/40"
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.focus();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onKeyDown={move}
      onDoubleClick={() => onChange(bounds.usual)}
    />
  );
}
