import type { CodeRunDetails, RunDisplay } from "@mindmesh/contracts/runs";
import { Button, Skeleton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { Figure } from "../../../code/output/figure.tsx";
import { OutputText } from "../../../code/output/output-text.tsx";
import { displayUrl, runApi } from "./api.ts";
import { OutputChips } from "./output-chips.tsx";
import type { Place } from "./queries.ts";
import { partsOf } from "./run-parts.ts";

type RunOutputProps = {
  place: Place;
  details: CodeRunDetails;
  /** Leads to the line of the error; null where there is no editor to go to. */
  onGoToError: (() => void) | null;
  className?: string;
};

/** Everything that a run has put out: text, figures and tables where they appeared, and the files it made. */
export function RunOutput({ place, details, onGoToError, className }: RunOutputProps) {
  const { run, outputs } = details;
  const parts = useMemo(() => partsOf(details), [details]);
  const box = useRef<HTMLElement>(null);
  const open = run.finishedAt === null;
  // While it runs, its end is in sight, unless the reader has scrolled up.
  const atEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element && open && atEnd.current) element.scrollTop = element.scrollHeight;
  });
  if (parts.length === 0 && outputs.length === 0 && run.error === null) {
    return open ? null : <p className="px-3.5 pb-2.5 text-xs text-faint">Nothing was printed.</p>;
  }
  return (
    <section
      ref={box}
      aria-label="Output"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard
      tabIndex={0}
      onScroll={({ currentTarget }) => {
        const { scrollHeight, scrollTop, clientHeight } = currentTarget;
        atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
      className={`flex flex-col gap-2.5 overflow-y-auto px-3.5 pb-3 -outline-offset-2 [&>*]:shrink-0 ${className ?? ""}`}
    >
      {parts.map((part, index) =>
        part.kind === "text" ? (
          // oxlint-disable-next-line react/no-array-index-key -- parts never change places
          <div key={index}>
            <OutputText stream={part.stream} text={part.text} />
          </div>
        ) : (
          <Display key={`display-${part.display.position}`} place={place} runId={run.id} display={part.display} />
        ),
      )}
      {run.error ? (
        <p className="text-xs text-danger-ink">
          {onGoToError ? (
            <Button size="sm" className="mr-2 !text-ink" onClick={onGoToError}>
              Go to line {run.error.line}
            </Button>
          ) : (
            `Line ${run.error.line}: `
          )}
          {run.error.message}
        </p>
      ) : null}
      <OutputChips workspaceId={place.workspaceId} outputs={outputs} />
    </section>
  );
}

type DisplayProps = { place: Place; runId: string; display: RunDisplay };

function Display({ place, runId, display }: DisplayProps) {
  const { mime, data, position } = display;
  const number = position + 1;
  if (mime === "text/html") {
    return data === null ? (
      <LargeHtml place={place} runId={runId} display={display} />
    ) : (
      <Figure mime={mime} source={data} number={number} />
    );
  }
  const source =
    data === null
      ? displayUrl({ ...place, runId, position })
      : mime === "image/png"
        ? `data:image/png;base64,${data}`
        : `data:image/svg+xml;charset=utf-8,${encodeURIComponent(data)}`;
  return <Figure mime={mime} source={source} number={number} />;
}

/** A table that is too long to come with its run. */
function LargeHtml({ place, runId, display }: DisplayProps) {
  const { position } = display;
  const html = useQuery({
    queryKey: ["run-display", runId, position],
    queryFn: async ({ signal }) =>
      (await runApi.getRunDisplay({ params: { ...place, runId, position }, signal })).text(),
    staleTime: Infinity,
  });
  if (html.data !== undefined) return <Figure mime="text/html" source={html.data} number={position + 1} />;
  return html.isError ? (
    <p className="text-xs text-muted">Table {position + 1} could not be loaded.</p>
  ) : (
    <Skeleton className="h-24 w-full" />
  );
}
