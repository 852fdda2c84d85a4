import type { TextPlace } from "@mindmesh/contracts/query/engine";
import type { Statement } from "@mindmesh/contracts/query/statements";
import { Button } from "@mindmesh/ui";
import OctagonX from "lucide-react/icons/octagon-x";
import ShieldAlert from "lucide-react/icons/shield-alert";

type RunProblemProps = {
  statement: Statement;
  onPlace: ((place: TextPlace) => void) | null;
  /** Counts what a writing statement would change; only where that may be done. */
  onPreview: (() => void) | null;
};

const failureTitles = {
  syntax: "The database cannot read this",
  rights: "The login may not do this",
  refused: "The database refused this",
  time: "This took too long",
  cost: "This would cost too much",
  cancelled: "Cancelled",
  lost: "The connection was lost",
  connection: "The database could not be reached",
  other: "The database reports an error",
};

/** Why there are no rows: which part, why, and what to do instead. */
export function RunProblem({ statement, onPlace, onPreview }: RunProblemProps) {
  const { refusal, failure } = statement;
  if (refusal) {
    return (
      <Frame icon={<ShieldAlert aria-hidden="true" className="text-warning-ink" />} title="Not sent to the database">
        {refusal.part === "" ? null : (
          <p>
            <code className="rounded-xs bg-sunken px-1 py-0.5 font-mono text-xs break-words">
              {refusal.part.slice(0, 300)}
            </code>
          </p>
        )}
        <p className="text-ink">{refusal.reason}</p>
        {refusal.instead === null ? null : <p className="text-muted">{refusal.instead}</p>}
        <div className="flex flex-wrap gap-2 pt-1">
          {refusal.place && onPlace ? (
            <Button size="sm" onClick={() => refusal.place && onPlace(refusal.place)}>
              Show the place
            </Button>
          ) : null}
          {onPreview ? (
            <Button size="sm" variant="primary" onClick={onPreview}>
              Preview the change…
            </Button>
          ) : null}
        </div>
      </Frame>
    );
  }
  if (!failure) return null;
  return (
    <Frame
      icon={<OctagonX aria-hidden="true" className="text-danger-ink" />}
      title={failureTitles[failure.kind]}
      aside={failure.code}
    >
      <p className="font-mono text-xs leading-5 whitespace-pre-wrap break-words text-ink">{failure.message}</p>
      {failure.hint === null ? null : <p className="text-muted">{failure.hint}</p>}
      {failure.place && onPlace ? (
        <div className="pt-1">
          <Button size="sm" onClick={() => failure.place && onPlace(failure.place)}>
            Show the place
          </Button>
        </div>
      ) : null}
    </Frame>
  );
}

function Frame(props: { icon: React.ReactNode; title: string; aside?: string | null; children: React.ReactNode }) {
  return (
    <div role="alert" className="flex max-w-3xl gap-3 p-4 text-sm [&>svg]:mt-0.5 [&>svg]:size-4 [&>svg]:shrink-0">
      {props.icon}
      <div className="flex min-w-0 flex-col gap-1.5">
        <p className="flex items-baseline gap-2 font-medium text-ink">
          {props.title}
          {props.aside ? <span className="font-mono text-2xs font-normal text-faint">{props.aside}</span> : null}
        </p>
        {props.children}
      </div>
    </div>
  );
}
