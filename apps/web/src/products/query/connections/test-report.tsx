import type { ConnectionTest, LoginReport } from "@mindmesh/contracts/query/connections";
import type { ConnectionStage } from "@mindmesh/contracts/query/ingestion";
import { Button, Callout, classNames, CopyButton, Spinner } from "@mindmesh/ui";
import Check from "lucide-react/icons/check";
import CircleAlert from "lucide-react/icons/circle-alert";
import KeyRound from "lucide-react/icons/key-round";
import ShieldCheck from "lucide-react/icons/shield-check";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import X from "lucide-react/icons/x";
import type { ReactNode } from "react";
import { usePassedStages } from "./passed-stages.ts";
import type { PlaceTest } from "./use-place-test.ts";

const stageWords: Record<ConnectionStage, string> = {
  address: "Address",
  host: "Host",
  ssh: "SSH",
  tls: "Encryption",
  login: "Login",
  database: "Database",
  rights: "Rights",
  file: "File",
  time: "Time",
};

type TestReportProps = {
  test: PlaceTest;
  /** The stages that this kind of connection passes, in their order. */
  stages: readonly ConnectionStage[];
  onCancel: () => void;
  /** Confirms the key that an SSH host has shown. */
  onTrust?: (hostKey: string) => void;
};

/** How far a test came, and what it found. Announced as it changes. */
export function TestReport({ test, stages, onCancel, onTrust }: TestReportProps) {
  const live = usePassedStages(({ passed }) => passed);
  if (test.state === "idle") return null;
  const result = test.state === "ended" ? test.result : null;
  const next = stages.find((stage) => !live.includes(stage));
  return (
    <section aria-label="Test of the connection" className="flex flex-col gap-3 rounded-md border border-line p-4">
      <div className="flex flex-wrap items-center gap-x-1 gap-y-2">
        <ol aria-label="Stages" className="flex min-w-0 flex-1 flex-wrap gap-x-4 gap-y-2">
          {shownStages(stages, result).map((stage) => (
            <Stage key={stage} stage={stage} result={result} live={live} isNext={stage === next} />
          ))}
        </ol>
        {result === null ? (
          <Button size="sm" variant="ghost" onClick={onCancel}>
            Cancel
          </Button>
        ) : null}
      </div>
      <div aria-live="polite" className="flex flex-col gap-3">
        {result === null ? <p className="text-sm text-muted">Opening the database…</p> : null}
        {result?.ok === false ? <Failure result={result} onTrust={onTrust} /> : null}
        {result?.ok ? <Report report={result.report} /> : null}
      </div>
    </section>
  );
}

const shownStages = (stages: readonly ConnectionStage[], result: ConnectionTest | null) =>
  result?.ok === false && !stages.includes(result.stage) ? [...stages, result.stage] : stages;

type StageProps = {
  stage: ConnectionStage;
  /** Null while the test runs. */
  result: ConnectionTest | null;
  /** What a running test has passed so far. */
  live: readonly ConnectionStage[];
  /** The one that it is at. */
  isNext: boolean;
};

function Stage({ stage, result, live, isNext }: StageProps) {
  const passed = (result?.passed ?? live).includes(stage);
  const failed = result?.ok === false && result.stage === stage;
  const state = passed ? "passed" : failed ? "failed" : result === null && isNext ? "waiting" : "not reached";
  const signs: Record<typeof state, ReactNode> = {
    waiting: <Spinner className="size-3.5 text-faint" />,
    passed: <Check aria-hidden="true" className="size-3.5 text-success-ink" />,
    failed: <X aria-hidden="true" className="size-3.5 text-danger-ink" />,
    "not reached": <span aria-hidden="true" className="size-1.5 rounded-full bg-line-control" />,
  };
  return (
    <li
      className={classNames(
        "flex items-center gap-1.5 text-xs font-medium",
        failed ? "text-danger-ink" : passed ? "text-ink" : "text-faint",
      )}
    >
      <span className="flex size-3.5 items-center justify-center">{signs[state]}</span>
      {stageWords[stage]}
      <span className="sr-only">: {state}</span>
    </li>
  );
}

type FailureProps = {
  result: Extract<ConnectionTest, { ok: false }>;
  onTrust: ((hostKey: string) => void) | undefined;
};

function Failure({ result, onTrust }: FailureProps) {
  const { message, hostKey } = result;
  return (
    <>
      <Callout tone="danger" icon={<CircleAlert aria-hidden="true" />}>
        {message}
      </Callout>
      {hostKey !== null && onTrust ? (
        <Callout
          tone="warning"
          icon={<KeyRound aria-hidden="true" />}
          title="The SSH host shows this key"
          action={
            <Button size="sm" onClick={() => onTrust(hostKey)}>
              It is the right one
            </Button>
          }
        >
          <code className="font-mono text-xs [overflow-wrap:anywhere]">{hostKey}</code>
          <p className="text-xs text-muted">Compare it with what “ssh-keyscan” or the host’s admin says.</p>
        </Callout>
      ) : null}
    </>
  );
}

function Report({ report }: { report: LoginReport }) {
  const { serverVersion, user, database, encrypted, warnings, leastPrivilegeScript } = report;
  const facts = [serverVersion, user && `as ${user}`, database && `in ${database}`, encrypted ? "encrypted" : null];
  return (
    <>
      <Callout tone="success" icon={<ShieldCheck aria-hidden="true" />} title="It works">
        <p className="text-xs text-muted [overflow-wrap:anywhere]">{facts.filter(Boolean).join(" · ")}</p>
      </Callout>
      {warnings.length > 0 ? (
        <Callout tone="warning" icon={<TriangleAlert aria-hidden="true" />} title="The login may do more than it needs">
          <ul className="list-disc pl-4 text-sm">
            {warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Callout>
      ) : null}
      {leastPrivilegeScript ? (
        <details className="text-sm">
          <summary className="cursor-pointer rounded-xs text-muted hover:text-ink">
            A login with no more rights than needed
          </summary>
          <div className="relative mt-2">
            <pre className="max-h-64 overflow-auto rounded-md bg-sunken p-3 pr-12 font-mono text-xs text-ink">
              {leastPrivilegeScript}
            </pre>
            <CopyButton text={leastPrivilegeScript} label="Copy the script" className="!absolute right-2 top-2" />
          </div>
        </details>
      ) : null}
    </>
  );
}
