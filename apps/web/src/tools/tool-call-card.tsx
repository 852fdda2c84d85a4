import type { ToolCall } from "@mindmesh/contracts/tools";
import { Button, classNames, Spinner } from "@mindmesh/ui";
import Ban from "lucide-react/icons/ban";
import Check from "lucide-react/icons/check";
import ChevronRight from "lucide-react/icons/chevron-right";
import CircleAlert from "lucide-react/icons/circle-alert";
import Hourglass from "lucide-react/icons/hourglass";
import { useEffect, useState, type ReactNode } from "react";
import { cancelCall, decide, type Decision } from "./decide.ts";
import { stateWords } from "./state-words.ts";

export interface ShownCall {
  id: string;
  tool: string;
  title: string;
  state: ToolCall["state"];
  /** JSON, or what a model wrote in its place. */
  input: string;
  /** JSON; null when there is none to show. */
  output: string | null;
  error: string | null;
  /** What was cut from the result, in words. */
  cut: readonly string[];
  /** The person has approved it, and an admin must, too. */
  waitsForAdmin: boolean;
  argumentsHash: string | null;
  expiresAt: string | null;
  startedAt: string | null;
  finishedAt: string | null;
}

type ToolCallCardProps = {
  workspaceId: string;
  call: ShownCall;
  /** Whether the call runs in this person's name. */
  mine: boolean;
  /** Whether this person may decide on calls that wait for an admin. */
  admin: boolean;
  /** Drawn in place of arguments and result, and at once. */
  body?: ReactNode;
};

/** A call of a tool: what, with which arguments, how it stands, and what came back. */
export function ToolCallCard({ workspaceId, call, mine, admin, body }: ToolCallCardProps) {
  const [opened, setOpened] = useState(body !== undefined);
  const waiting = call.state === "waiting";
  const running = call.state === "running";
  const open = opened || waiting;
  return (
    <section
      aria-label={`Tool call: ${call.title}`}
      className={classNames("my-2 rounded-lg border text-sm", waiting ? "border-line-control" : "border-line")}
    >
      <div className="flex items-center">
        <button
          type="button"
          aria-expanded={open}
          disabled={waiting}
          onClick={() => setOpened(!opened)}
          className="flex min-h-9 min-w-0 flex-1 items-center gap-2 rounded-lg px-3 py-1.5 text-left transition-colors enabled:hover:bg-hover touch:min-h-11"
        >
          <StateIcon state={call.state} />
          <span className="min-w-0 truncate font-medium text-ink">{call.title}</span>
          <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted phone:hidden">
            {open ? call.tool : inOneLine(call.input)}
          </span>
          <span className="ml-auto shrink-0 text-xs tabular-nums text-muted">
            {call.state === "done" ? <span className="sr-only">Done </span> : stateWords[call.state]}
            {call.state === "done" ? timeTaken(call) : null}
            {running && call.startedAt !== null ? <Elapsed since={call.startedAt} /> : null}
          </span>
          {waiting ? null : (
            <ChevronRight
              aria-hidden="true"
              className={classNames("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")}
            />
          )}
        </button>
        {running && mine ? <CancelCall workspaceId={workspaceId} callId={call.id} /> : null}
      </div>
      {open && body !== undefined ? body : null}
      {open && body === undefined ? (
        <div className="flex flex-col gap-2 border-t border-line px-3 py-2.5">
          <Json label="Arguments" text={call.input} />
          {call.output === null ? null : <Json label="Result" text={call.output} />}
          {call.cut.length > 0 ? <p className="text-xs text-muted">Cut: {call.cut.join("; ")}</p> : null}
        </div>
      ) : null}
      {call.error === null ? null : <p className="border-t border-line px-3 py-2 text-xs text-muted">{call.error}</p>}
      {waiting ? <Decide workspaceId={workspaceId} call={call} mine={mine} admin={admin} /> : null}
    </section>
  );
}

function StateIcon({ state }: { state: ShownCall["state"] }) {
  if (state === "running" || state === "approved") return <Spinner className="size-4 shrink-0 text-muted" />;
  const Icon =
    state === "waiting"
      ? Hourglass
      : state === "done"
        ? Check
        : state === "failed" || state === "lost"
          ? CircleAlert
          : Ban;
  const tone =
    state === "failed" || state === "lost" ? "text-danger-ink" : state === "done" ? "text-success-ink" : "text-muted";
  return <Icon aria-hidden="true" className={classNames("size-4 shrink-0", tone)} />;
}

/** The seconds that a call has run, as they pass. */
function Elapsed({ since }: { since: string }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.floor((now - Date.parse(since)) / 1000));
  return <span aria-hidden="true">{seconds === 0 ? "" : ` ${clock(seconds)}`}</span>;
}

/** "12 s", "2:05". */
const clock = (seconds: number) =>
  seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function CancelCall({ workspaceId, callId }: { workspaceId: string; callId: string }) {
  const [busy, setBusy] = useState(false);
  const stop = async () => {
    setBusy(true);
    await cancelCall(workspaceId, callId);
    setBusy(false);
  };
  return (
    <Button variant="ghost" size="sm" className="mr-1" busy={busy} onClick={() => void stop()}>
      Cancel
    </Button>
  );
}

function Decide({ workspaceId, call, mine, admin }: Omit<ToolCallCardProps, "body">) {
  const [deciding, setDeciding] = useState<Decision | null>(null);
  if (call.waitsForAdmin && mine && !admin) {
    return (
      <div className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-2.5">
        <p className="min-w-40 flex-1 text-xs text-muted">
          You have approved it. An admin must approve it too
          {call.expiresAt === null ? "" : `, by ${hour(call.expiresAt)}`}.
        </p>
        <CancelCall workspaceId={workspaceId} callId={call.id} />
      </div>
    );
  }
  if ((call.waitsForAdmin ? !admin : !mine) || call.argumentsHash === null) {
    return (
      <p className="border-t border-line px-3 py-2 text-xs text-muted">
        {call.waitsForAdmin ? "An admin must approve this call." : "The person who asked must approve this call."}
      </p>
    );
  }
  const { argumentsHash, id: callId } = call;
  const choose = async (decision: Decision) => {
    setDeciding(decision);
    await decide({ workspaceId, callId, argumentsHash }, decision);
    setDeciding(null);
  };
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-2.5">
      <p className="min-w-40 flex-1 text-xs text-muted">
        Runs once, with exactly these arguments
        {call.expiresAt === null ? "" : `, if you approve it by ${hour(call.expiresAt)}`}.
      </p>
      <Button size="sm" busy={deciding === "refuse"} disabled={deciding !== null} onClick={() => void choose("refuse")}>
        Refuse
      </Button>
      <Button
        size="sm"
        variant="primary"
        busy={deciding === "approve"}
        disabled={deciding !== null}
        onClick={() => void choose("approve")}
      >
        Approve
      </Button>
    </div>
  );
}

function Json({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <p className="mb-1 text-xs font-medium text-muted">{label}</p>
      <pre
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
        tabIndex={0}
        aria-label={label}
        className="max-h-64 overflow-auto whitespace-pre-wrap break-words rounded-md bg-sunken px-2.5 py-2 font-mono text-xs text-ink"
      >
        {pretty(text)}
      </pre>
    </div>
  );
}

/** JSON in lines; what is none, as it is. */
function pretty(text: string) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

const inOneLine = (input: string) => (input === "" || input === "{}" ? "" : input.slice(0, 200));
const hour = (at: string) => new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });

function timeTaken({ startedAt, finishedAt }: ShownCall) {
  if (startedAt === null || finishedAt === null) return "";
  const milliseconds = Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt));
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
