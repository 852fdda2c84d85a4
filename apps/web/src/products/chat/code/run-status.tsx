import type { CodeRun } from "@mindmesh/contracts/runs";
import { Button, classNames, Spinner } from "@mindmesh/ui";
import Ban from "lucide-react/icons/ban";
import Check from "lucide-react/icons/check";
import CircleAlert from "lucide-react/icons/circle-alert";
import Hourglass from "lucide-react/icons/hourglass";
import Square from "lucide-react/icons/square";
import { useState, type ReactNode } from "react";
import type { Place } from "./queries.ts";
import { notesOf, stateInWords, usageInWords } from "./run-words.ts";
import { stopRun } from "./start-run.ts";
import { useNow } from "../../../shell/use-now.ts";

export function RunStateIcon({ status }: { status: CodeRun["status"] }) {
  if (status === "running") return <Spinner className="size-3.5 shrink-0 text-muted" />;
  const Icon =
    status === "queued" ? Hourglass : status === "finished" ? Check : status === "cancelled" ? Ban : CircleAlert;
  const tone =
    status === "finished"
      ? "text-success-ink"
      : status === "failed" || status === "lost"
        ? "text-danger-ink"
        : "text-muted";
  return <Icon aria-hidden="true" className={classNames("size-3.5 shrink-0", tone)} />;
}

type RunStatusProps = {
  place: Place;
  run: CodeRun;
  /** The person may stop it. */
  mayStop: boolean;
  /** Buttons at the end of the line. */
  children?: ReactNode;
};

/** One line: how a run stands, what it has used, and a button that stops it; below it what could not be kept. */
export function RunStatus({ place, run, mayStop, children }: RunStatusProps) {
  const [stopping, setStopping] = useState(false);
  const open = run.finishedAt === null;
  const now = useNow(open);
  const usage = usageInWords(run);
  const words = stateInWords(run, now);
  const notes = notesOf(run);
  return (
    <div>
      <div className="flex min-h-9 items-center gap-2 py-0.5 pl-3.5 pr-1 text-xs touch:min-h-11">
        <RunStateIcon status={run.status} />
        <p className="min-w-0 flex-1 text-muted [overflow-wrap:anywhere]">
          <span className="text-ink tabular-nums">{words}</span>
          {usage === null ? null : <span className="whitespace-nowrap tabular-nums text-faint"> {usage}</span>}
        </p>
        {/* The seconds are not read out. */}
        <output className="sr-only">{open ? (run.status === "queued" ? words : "Running") : words}</output>
        {open && mayStop ? (
          <Button
            size="sm"
            icon={<Square aria-hidden="true" className="!size-3 fill-current" />}
            busy={stopping}
            onClick={() => {
              setStopping(true);
              void stopRun(place, run.id).then(() => setStopping(false));
            }}
          >
            Stop
          </Button>
        ) : null}
        {children}
      </div>
      {notes.map((note) => (
        <p key={note} className="pb-1.5 pl-9 pr-3.5 text-xs text-warning-ink [overflow-wrap:anywhere]">
          {note}
        </p>
      ))}
    </div>
  );
}
