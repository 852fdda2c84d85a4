import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

const storageKey = "mindmesh.query.split";
const bounds = { least: 12, most: 88 };
const within = (percent: number) => Math.min(bounds.most, Math.max(bounds.least, percent));

function remembered(): number {
  try {
    const kept = Number(localStorage.getItem(storageKey));
    return kept > 0 ? within(kept) : 42;
  } catch {
    return 42;
  }
}

type SplitViewProps = { label: string; upper: ReactNode; lower: ReactNode; lowerId: string };

/** Two rooms above each other with an edge between them that is moved by mouse, finger or arrow keys. */
export function SplitView({ label, upper, lower, lowerId }: SplitViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const [percent, setPercent] = useState(remembered);
  const move = (next: number) => {
    setPercent(within(next));
    try {
      localStorage.setItem(storageKey, String(Math.round(within(next))));
    } catch {
      // Private windows may refuse storage; the place then lasts as long as the page.
    }
  };
  const drag = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    const edge = event.currentTarget;
    edge.setPointerCapture(event.pointerId);
    const follow = ({ clientY }: globalThis.PointerEvent) => {
      const place = box.current?.getBoundingClientRect();
      if (place) move((100 * (clientY - place.top)) / place.height);
    };
    edge.addEventListener("pointermove", follow);
    edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", follow), { once: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = {
      ArrowUp: percent - 4,
      ArrowDown: percent + 4,
      Home: bounds.least,
      End: bounds.most,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    move(next);
  };
  return (
    <div ref={box} className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-col" style={{ height: `${percent}%` }}>
        {upper}
      </div>
      <div
        role="separator"
        aria-orientation="horizontal"
        aria-label={label}
        aria-valuenow={Math.round(percent)}
        aria-valuemin={bounds.least}
        aria-valuemax={bounds.most}
        tabIndex={0}
        onPointerDown={drag}
        onKeyDown={onKeyDown}
        className="relative z-10 h-px shrink-0 cursor-row-resize touch-none bg-line-strong transition-colors before:absolute before:inset-x-0 before:-top-1.5 before:h-3 before:content-[''] hover:bg-accent focus-visible:bg-accent touch:h-1 touch:before:-top-3 touch:before:h-7"
      />
      <div id={lowerId} className="flex min-h-0 flex-1 flex-col">
        {lower}
      </div>
    </div>
  );
}
