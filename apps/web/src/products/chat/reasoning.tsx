import { classNames, Spinner } from "@mindmesh/ui";
import Brain from "lucide-react/icons/brain";
import ChevronRight from "lucide-react/icons/chevron-right";
import { useEffect, useState } from "react";

type ReasoningProps = {
  text: string;
  /** Reasoning is arriving, and no answer yet. */
  thinking: boolean;
  /** When the answer was begun, as ISO 8601. */
  since: string;
};

/** Whole seconds since a moment, counted up while `running`. */
function useSecondsSince(moment: string, running: boolean) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return Math.max(0, Math.round((now - Date.parse(moment)) / 1000));
}

/** What the model thought before it answered, folded away. */
export function Reasoning({ text, thinking, since }: ReasoningProps) {
  const seconds = useSecondsSince(since, thinking);
  const [open, setOpen] = useState(false);
  const [thoughtFor, setThoughtFor] = useState<number | null>(null);
  if (thinking && thoughtFor !== seconds) setThoughtFor(seconds);
  const label = thinking
    ? `Thinking${seconds > 1 ? `, ${seconds} s` : ""}`
    : thoughtFor === null
      ? "Reasoning"
      : thoughtFor < 1
        ? "Thought for a moment"
        : `Thought for ${thoughtFor} s`;
  return (
    <div className="mb-2">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="-ml-1.5 flex h-7 items-center gap-1.5 rounded-sm px-1.5 text-xs font-medium text-muted transition-colors hover:bg-hover hover:text-ink touch:h-11"
      >
        {thinking ? <Spinner className="size-3.5" /> : <Brain aria-hidden="true" className="size-3.5" />}
        <span className="tabular-nums">{label}</span>
        <ChevronRight aria-hidden="true" className={classNames("size-3.5 transition-transform", open && "rotate-90")} />
      </button>
      {open ? (
        <div className="ml-0.5 mt-1 whitespace-pre-wrap break-words border-l-2 border-line pl-4 text-sm text-muted">
          {text}
        </div>
      ) : null}
    </div>
  );
}
