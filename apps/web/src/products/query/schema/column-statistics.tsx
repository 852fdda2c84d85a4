import type { CatalogColumn } from "@mindmesh/contracts/query/catalog";
import { bytesInWords } from "../../../files/bytes.ts";

const mostShown = 12;
const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

/** What the database knows of a column's values, as far as it was read. */
export function ColumnStatistics({ column }: { column: CatalogColumn }) {
  const { statistics, enumValues, generated } = column;
  const generatedWords = { identity: "numbered by the database", computed: "computed from others" };
  const facts: [string, string | null][] = [
    ["Default", column.default],
    ["Filled", generated === null ? null : generatedWords[generated]],
    [
      "Different values",
      statistics?.distinct == null ? null : `about ${Math.round(statistics.distinct).toLocaleString("en")}`,
    ],
    ["Empty", statistics?.nullShare == null ? null : percent.format(statistics.nullShare)],
    ["Smallest", statistics?.minimum ?? null],
    ["Largest", statistics?.maximum ?? null],
    [
      "Size of a value",
      statistics?.averageBytes == null ? null : `about ${bytesInWords(Math.round(statistics.averageBytes))}`,
    ],
    ["May be", enumValues?.join(", ") ?? null],
  ];
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== null);
  const common = statistics?.common.slice(0, mostShown) ?? [];
  const most = Math.max(...common.map(({ share }) => share ?? 0));
  return (
    <div className="grid gap-4 pb-3 pl-7 pr-1 sm:grid-cols-2">
      <dl className="flex flex-col gap-1">
        {known.map(([label, value]) => (
          <div key={label} className="flex gap-2 text-xs">
            <dt className="w-28 shrink-0 text-faint">{label}</dt>
            <dd className="min-w-0 text-ink [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
      {common.length > 0 ? (
        <div>
          <p className="mb-1 text-xs text-faint">Most common values</p>
          <ul className="flex flex-col gap-1">
            {common.map(({ value, share }) => (
              <li key={value} className="relative flex items-center justify-between gap-2 px-1.5 py-0.5 text-xs">
                {share === null || most === 0 ? null : (
                  <span
                    aria-hidden="true"
                    className="absolute inset-y-0 left-0 rounded-xs bg-accent-soft"
                    style={{ width: `${(share / most) * 100}%` }}
                  />
                )}
                <span className="relative truncate text-ink">{value === "" ? "(empty text)" : value}</span>
                {share === null ? null : (
                  <span className="relative tabular-nums text-muted">{percent.format(share)}</span>
                )}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </div>
  );
}
