import type { Coverage } from "@mindmesh/contracts/query/documentation";
import { Progress } from "@mindmesh/ui";

const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** How much of a schema is described. */
export function CoverageBars({ coverage, takenAt }: { coverage: Coverage; takenAt: string }) {
  const bars = [
    { label: "Tables described", part: coverage.describedTables, whole: coverage.tables },
    { label: "Columns described", part: coverage.describedColumns, whole: coverage.columns },
  ];
  return (
    <div>
      <div className="grid grid-cols-2 gap-6 phone:grid-cols-1 phone:gap-3">
        {bars.map(({ label, part, whole }) => (
          <div key={label}>
            <p className="mb-1.5 flex items-baseline justify-between text-sm">
              <span className="text-muted">{label}</span>
              <span className="tabular-nums text-ink">
                {part.toLocaleString("en")} of {whole.toLocaleString("en")}
              </span>
            </p>
            <Progress label={label} value={whole === 0 ? 1 : part / whole} />
          </div>
        ))}
      </div>
      <p className="mt-2 text-xs text-faint">Schema read {day.format(new Date(takenAt))}</p>
    </div>
  );
}
