import type { UsageReport } from "@mindmesh/contracts/money";
import { Button, EmptyState, Field, Input, SegmentedControl, Select, Table } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import ChartColumn from "lucide-react/icons/chart-column";
import Download from "lucide-react/icons/download";
import { useState } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { Section } from "../parts/section.tsx";
import { useFilters } from "../use-filters.ts";
import { ageInWords, compact, costInWords, dayInWords, daysAgo, dollars, whole } from "./amounts.ts";
import { usageUrl } from "./api.ts";
import { Breakdown } from "./breakdown.tsx";
import { DayChart, DayRows, type Measure } from "./day-chart.tsx";
import { type Range, usageQuery } from "./queries.ts";

const ranges = [
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
  { value: "90", label: "Last 90 days" },
  { value: "365", label: "Last 365 days" },
  { value: "own", label: "From … to …" },
];
const measures = [
  { value: "cost", label: "Cost" },
  { value: "tokens", label: "Tokens" },
  { value: "calls", label: "Calls" },
] as const;

/** What has been used and what it cost: one's own, for owners and admins everybody's. */
export function UsagePage({ workspaceId }: { workspaceId: string }) {
  const [filters, setFilters] = useFilters();
  const days = filters.days ?? "30";
  const range: Range =
    days === "own"
      ? { from: filters.from ?? daysAgo(29), to: filters.to ?? daysAgo(0) }
      : { from: daysAgo((Number(days) || 30) - 1), to: daysAgo(0) };
  const usage = useQuery(usageQuery(workspaceId, range));
  return (
    <>
      <div className="flex flex-wrap items-end justify-between gap-2 pt-6">
        <div className="flex flex-wrap items-end gap-2">
          <Select
            aria-label="Period"
            options={ranges}
            value={days}
            onValueChange={(value) =>
              setFilters(value === "own" ? { days: value, ...range } : { days: value, from: undefined, to: undefined })
            }
            className="w-40"
          />
          {days === "own" ? (
            <>
              <Field label="First day" hideLabel>
                <Input
                  type="date"
                  value={range.from}
                  max={range.to}
                  onChange={({ target }) => (target.value === "" ? undefined : setFilters({ from: target.value }))}
                />
              </Field>
              <Field label="Last day" hideLabel>
                <Input
                  type="date"
                  value={range.to}
                  min={range.from}
                  onChange={({ target }) => (target.value === "" ? undefined : setFilters({ to: target.value }))}
                />
              </Field>
            </>
          ) : null}
        </div>
        <Button asChild>
          <a href={usageUrl(workspaceId, range)} download>
            <Download aria-hidden="true" className="size-4" /> CSV
          </a>
        </Button>
      </div>
      <Loaded query={usage}>
        {(report) =>
          report.total.calls === 0 ? (
            <EmptyState
              className="mt-10"
              icon={<ChartColumn aria-hidden="true" />}
              title="No model was called in these days"
              description={`From ${dayInWords(report.from)} to ${dayInWords(report.to)}, by the days of UTC.`}
            />
          ) : (
            <Report report={report} />
          )
        }
      </Loaded>
    </>
  );
}

function Report({ report }: { report: UsageReport }) {
  const [measure, setMeasure] = useState<Measure>("cost");
  const { total, days } = report;
  return (
    <>
      <Section
        title={report.everybody ? "Everybody’s usage" : "My usage"}
        description={`${dayInWords(report.from)} to ${dayInWords(report.to)}, by the days of UTC.`}
        action={<SegmentedControl label="Show" value={measure} onValueChange={setMeasure} options={measures} />}
      >
        <dl className="mb-5 grid grid-cols-4 gap-4 phone:grid-cols-2">
          <Figure name="Cost" value={costInWords(total)} note={costNote(total)} />
          <Figure
            name="Calls"
            value={whole(total.calls)}
            note={total.failedCalls > 0 ? `${whole(total.failedCalls)} failed` : null}
          />
          <Figure
            name="Tokens"
            value={compact(total.inputTokens + total.outputTokens)}
            note={`${compact(total.inputTokens)} in, ${compact(total.outputTokens)} out`}
          />
          <Figure name="From the cache" value={whole(total.cachedCalls)} note={cacheNote(total)} />
        </dl>
        <DayChart days={days} measure={measure} />
        <details className="mt-3">
          <summary className="cursor-pointer text-sm text-muted hover:text-ink touch:py-2">The same as a table</summary>
          <Table label="Usage by day" className="mt-2 max-h-96 overflow-y-auto">
            <DayRows days={days} />
          </Table>
        </details>
      </Section>
      <Breakdown report={report} />
    </>
  );
}

/** Why a sum is not exact. */
function costNote({ unknownCalls, estimatedCalls }: UsageReport["total"]) {
  const notes = [
    unknownCalls > 0 ? `${whole(unknownCalls)} ${unknownCalls === 1 ? "call" : "calls"} of unknown cost` : null,
    estimatedCalls > 0 ? `${whole(estimatedCalls)} estimated` : null,
  ].filter((note) => note !== null);
  return notes.length === 0 ? null : notes.join(", ");
}

/** What came from the cache saved, and how old it was. */
function cacheNote({ cachedCalls, savedUsd, cachedAgeMs }: UsageReport["total"]) {
  if (cachedCalls === 0) return null;
  const age = `${ageInWords(cachedAgeMs / cachedCalls)} old on average`;
  return savedUsd > 0 ? `${dollars(savedUsd)} saved, ${age}` : age;
}

function Figure({ name, value, note }: { name: string; value: string; note: string | null }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="mt-0.5 text-lg font-semibold tabular-nums text-ink">{value}</dd>
      {note === null ? null : <dd className="text-xs text-muted">{note}</dd>}
    </div>
  );
}
