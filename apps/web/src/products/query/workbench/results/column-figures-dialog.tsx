import type { ResultColumn } from "@mindmesh/contracts/query/engine";
import { Dialog, ErrorState, Progress } from "@mindmesh/ui";
import { useEffect, useState } from "react";
import type { ColumnFigures } from "./column-statistics.ts";
import type { ResultSource } from "./result-source.ts";

const count = (number: number) => number.toLocaleString("en");
const share = (part: number, whole: number) =>
  whole === 0 ? "" : ` (${((100 * part) / whole).toLocaleString("en", { maximumFractionDigits: 1 })} %)`;

type FiguresProps = { source: ResultSource; column: ResultColumn; at: number; onClose: () => void };

/** What the rows that were read say about one column. */
export function ColumnFiguresDialog({ source, column, at, onClose }: FiguresProps) {
  const [figures, setFigures] = useState<ColumnFigures | null>(null);
  const [progress, setProgress] = useState(0);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let wanted = true;
    source
      .figures(at, (done) => wanted && setProgress(done))
      .then(
        (found) => wanted && setFigures(found),
        (error: Error) => wanted && setFailure(error.message),
      );
    return () => {
      wanted = false;
    };
  }, [source, at]);
  return (
    <Dialog
      open
      title={column.name}
      description={`${column.type}. Over the rows that were read.`}
      onOpenChange={(open) => !open && onClose()}
    >
      {failure === null ? null : <ErrorState description={failure} />}
      {figures ? (
        <Figures figures={figures} />
      ) : failure === null ? (
        <Progress label="Reading the column" value={progress} />
      ) : null}
    </Dialog>
  );
}

function Figures({ figures }: { figures: ColumnFigures }) {
  const { rows, nulls, distinct, minimum, maximum, sum, common, histogram } = figures;
  const facts: [string, string][] = [
    ["Rows", count(rows)],
    ["NULL", `${count(nulls)}${share(nulls, rows)}`],
    ["Different values", count(distinct)],
    ["Smallest", minimum ?? "none"],
    ["Largest", maximum ?? "none"],
    ...(sum === null ? [] : ([["Sum", sum]] as [string, string][])),
  ];
  const most = Math.max(1, ...histogram.map((bar) => bar.count));
  return (
    <div className="flex flex-col gap-5">
      <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-1.5 text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words font-mono text-xs leading-5 text-ink">{value.slice(0, 500)}</dd>
          </div>
        ))}
      </dl>
      {histogram.length > 0 ? (
        <figure>
          <figcaption className="mb-1.5 text-xs font-medium text-muted">How the values lie</figcaption>
          <div className="flex h-24 items-end gap-px">
            {histogram.map(({ from, to, count: held }, at) => (
              <div
                // oxlint-disable-next-line react/no-array-index-key -- bars never change places, and words of two may be the same
                key={at}
                title={`${from} to ${to}: ${count(held)}`}
                className="min-h-px flex-1 rounded-t-xs bg-accent"
                style={{ height: `${(100 * held) / most}%` }}
              />
            ))}
          </div>
          <div className="mt-1 flex justify-between gap-4 font-mono text-2xs text-faint">
            <span className="min-w-0 truncate">{minimum}</span>
            <span className="min-w-0 truncate">{maximum}</span>
          </div>
        </figure>
      ) : null}
      {common.length > 0 ? (
        <div>
          <p className="mb-1.5 text-xs font-medium text-muted">Most common</p>
          <ul className="flex flex-col gap-1">
            {common.map(({ value, count: held }) => (
              <li key={value} className="flex items-center gap-3 text-xs">
                <span className="min-w-0 flex-1 truncate font-mono text-ink">{value || "(empty)"}</span>
                <span className="font-mono text-muted">
                  {count(held)}
                  {share(held, rows)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
