import type { UsageReport } from "@mindmesh/contracts/money";
import { classNames } from "@mindmesh/ui";
import { useState } from "react";
import { compact, costInWords, dayInWords, dollars, whole } from "./amounts.ts";
import { UsageCells, UsageHeads } from "./usage-columns.tsx";

export type Measure = "cost" | "tokens" | "calls";
type Day = UsageReport["days"][number];

const valueOf: Record<Measure, (day: Day) => number> = {
  cost: (day) => day.costUsd,
  tokens: (day) => day.inputTokens + day.outputTokens,
  calls: (day) => day.calls,
};
const inWords: Record<Measure, (day: Day) => string> = {
  cost: costInWords,
  tokens: (day) => `${whole(valueOf.tokens(day))} tokens`,
  calls: (day) => `${whole(day.calls)} ${day.calls === 1 ? "call" : "calls"}`,
};
const scaleText: Record<Measure, (value: number) => string> = { cost: dollars, tokens: compact, calls: compact };

const height = 120;

/** One bar for each day. What it shows stands in the table below it too. */
export function DayChart({ days, measure }: { days: Day[]; measure: Measure }) {
  const [shown, setShown] = useState<number | null>(null);
  const values = days.map(valueOf[measure]);
  const most = Math.max(...values, 0);
  const top = days[values.indexOf(most)];
  const day = shown === null ? undefined : days[shown];
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const summary =
    most === 0 || !top
      ? `No ${measure} from ${dayInWords(first.day)} to ${dayInWords(last.day)}`
      : `${measure} by day from ${dayInWords(first.day)} to ${dayInWords(last.day)}; most on ${dayInWords(top.day)}: ${inWords[measure](top)}`;
  return (
    <figure>
      <figcaption aria-hidden="true" className="flex items-baseline justify-between gap-4 text-xs text-muted">
        <span>{most > 0 ? scaleText[measure](most) : " "}</span>
        <span className="tabular-nums text-ink">{day ? `${dayInWords(day.day)}: ${inWords[measure](day)}` : " "}</span>
      </figcaption>
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${days.length * 10} ${height}`}
        preserveAspectRatio="none"
        className="mt-1 h-40 w-full border-b border-line-strong phone:h-32"
        onPointerLeave={() => setShown(null)}
      >
        <line
          x1="0"
          x2={days.length * 10}
          y1="0.5"
          y2="0.5"
          className="stroke-line"
          vectorEffect="non-scaling-stroke"
        />
        {days.map(({ day: date }, index) => {
          const value = values[index] ?? 0;
          // What is not nothing is seen, however little.
          const bar = most === 0 || value === 0 ? 0 : Math.max(1.5, (value / most) * (height - 4));
          return (
            <g key={date} onPointerEnter={() => setShown(index)} onPointerDown={() => setShown(index)}>
              <rect x={index * 10} y="0" width="10" height={height} className="fill-transparent" />
              <rect
                x={index * 10 + 1}
                y={height - bar}
                width="8"
                height={bar}
                className={classNames(
                  "transition-opacity",
                  shown === null || shown === index ? "fill-accent" : "fill-accent opacity-50",
                )}
              />
            </g>
          );
        })}
      </svg>
      <div aria-hidden="true" className="mt-1 flex justify-between text-xs text-muted">
        <span>{dayInWords(first.day)}</span>
        <span>{dayInWords(last.day)}</span>
      </div>
    </figure>
  );
}

/** The same as a table, newest day first. */
export function DayRows({ days }: { days: Day[] }) {
  return (
    <>
      <thead>
        <tr>
          <th scope="col">Day (UTC)</th>
          <UsageHeads />
        </tr>
      </thead>
      <tbody>
        {days
          .filter(({ calls }) => calls > 0)
          .toReversed()
          .map((day) => (
            <tr key={day.day}>
              <td className="whitespace-nowrap">{dayInWords(day.day)}</td>
              <UsageCells of={day} />
            </tr>
          ))}
      </tbody>
    </>
  );
}
