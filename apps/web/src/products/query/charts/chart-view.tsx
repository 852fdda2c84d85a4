import "./charts.css";
import type { Chart } from "@mindmesh/contracts/query/charts";
import type { Cell, ResultColumn } from "@mindmesh/contracts/query/engine";
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Cell as Slice,
  Legend,
  Line,
  LineChart,
  Pie,
  PieChart,
  ResponsiveContainer,
  Scatter,
  ScatterChart,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { type ChartData, chartData } from "./chart-data.ts";

const colour = (index: number) => `var(--chart-${(index % 8) + 1})`;
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });
const axis = {
  stroke: "var(--color-line-strong)",
  tick: { fill: "var(--color-faint)", fontSize: 11 },
  tickLine: false,
};
const margin = { top: 8, right: 12, bottom: 0, left: 0 };

type ChartViewProps = { chart: Chart; columns: readonly ResultColumn[]; rows: readonly (readonly Cell[])[] };

/** A result, drawn. It fills the room that it is given. */
export function ChartView({ chart, columns, rows }: ChartViewProps) {
  const data = chartData(chart, columns, rows);
  if (data.problem !== null) {
    return (
      <p className="flex h-full items-center justify-center px-4 text-center text-sm text-muted">{data.problem}</p>
    );
  }
  if (chart.kind === "number")
    return <BigNumber data={data} value={rows[0]?.[columns.findIndex(({ name }) => name === chart.y[0])] ?? null} />;
  return (
    <figure className="query-chart flex h-full min-h-0 flex-col" aria-label={spoken(chart, data)}>
      <div className="min-h-0 flex-1">
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 320, height: 200 }}>
          {drawing(chart, data)}
        </ResponsiveContainer>
      </div>
      {data.left > 0 ? (
        <figcaption className="pt-1 text-2xs text-faint">
          {data.left.toLocaleString("en")} more places are not drawn.
        </figcaption>
      ) : null}
    </figure>
  );
}

/** What somebody who cannot see it is told. */
function spoken({ kind, x }: Chart, { points, series }: ChartData): string {
  return `${kind} chart of ${series.join(", ")}${x === null ? "" : ` by ${x}`}, ${points.length} places`;
}

/** A number with its thousands set apart, every digit kept; anything else as it is. */
const grouped = (value: string) =>
  /^-?\d+(?:\.\d+)?$/.test(value)
    ? value.replace(/\d+/, (digits) => digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ","))
    : value;

function BigNumber({ data, value }: { data: ChartData; value: Cell }) {
  return (
    <div className="flex h-full flex-col items-center justify-center gap-1 px-4">
      <span className="max-w-full truncate text-2xl font-semibold tabular-nums text-ink" title={value ?? "NULL"}>
        {value === null ? "NULL" : grouped(value)}
      </span>
      <span className="max-w-full truncate text-xs text-muted">{data.series[0]}</span>
    </div>
  );
}

function drawing({ kind, stacked }: Chart, { points, series, numericX }: ChartData) {
  const tooltip = (
    <Tooltip
      formatter={(value) => (typeof value === "number" ? whole.format(value) : String(value))}
      contentStyle={{
        background: "var(--color-raised)",
        border: "1px solid var(--color-line)",
        borderRadius: 8,
        color: "var(--color-ink)",
        fontSize: 12,
      }}
      itemStyle={{ color: "var(--color-ink)" }}
      labelStyle={{ color: "var(--color-muted)" }}
      cursor={{ fill: "var(--color-hover)", stroke: "var(--color-line)" }}
      isAnimationActive={false}
    />
  );
  const xAxis =
    numericX && (kind === "line" || kind === "area" || kind === "scatter") ? (
      <XAxis
        dataKey="x"
        type="number"
        domain={["auto", "auto"]}
        tickFormatter={(value: number) => short.format(value)}
        {...axis}
      />
    ) : (
      <XAxis dataKey="label" minTickGap={24} {...axis} />
    );
  const frame = (
    <>
      <CartesianGrid stroke="var(--color-line)" vertical={false} />
      {xAxis}
      <YAxis
        // Points have no series of their own to tell the axis what it shows.
        {...(kind === "scatter" && { dataKey: "s0", name: series[0] ?? "" })}
        width={48}
        tickFormatter={(value: number) => short.format(value)}
        {...axis}
        axisLine={false}
      />
      {tooltip}
      {series.length > 1 ? <Legend iconSize={8} wrapperStyle={{ fontSize: 12, color: "var(--color-muted)" }} /> : null}
    </>
  );
  const stack = stacked ? { stackId: "all" } : {};
  switch (kind) {
    case "line":
      return (
        <LineChart data={points} margin={margin}>
          {frame}
          {series.map((name, index) => (
            <Line
              key={`s${index}`}
              dataKey={`s${index}`}
              name={name}
              stroke={colour(index)}
              strokeWidth={2}
              dot={points.length < 40}
              isAnimationActive={false}
              connectNulls={false}
            />
          ))}
        </LineChart>
      );
    case "area":
      return (
        <AreaChart data={points} margin={margin}>
          {frame}
          {series.map((name, index) => (
            <Area
              key={`s${index}`}
              dataKey={`s${index}`}
              name={name}
              stroke={colour(index)}
              fill={colour(index)}
              fillOpacity={0.2}
              isAnimationActive={false}
              {...stack}
            />
          ))}
        </AreaChart>
      );
    case "scatter":
      return (
        <ScatterChart margin={margin}>
          {frame}
          <Scatter data={points} fill={colour(0)} fillOpacity={0.7} isAnimationActive={false} />
        </ScatterChart>
      );
    case "pie":
      return (
        <PieChart>
          {tooltip}
          <Legend iconSize={8} wrapperStyle={{ fontSize: 12, color: "var(--color-muted)" }} />
          <Pie
            data={points}
            dataKey="s0"
            nameKey="label"
            innerRadius="50%"
            outerRadius="85%"
            stroke="var(--color-canvas)"
            isAnimationActive={false}
          >
            {points.map((_, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- two slices may have the same name
              <Slice key={index} fill={colour(index)} />
            ))}
          </Pie>
        </PieChart>
      );
    default:
      return (
        <BarChart data={points} margin={margin}>
          {frame}
          {series.map((name, index) => (
            <Bar
              key={`s${index}`}
              dataKey={`s${index}`}
              name={name}
              fill={colour(index)}
              radius={stacked ? 0 : [3, 3, 0, 0]}
              maxBarSize={48}
              isAnimationActive={false}
              {...stack}
            />
          ))}
        </BarChart>
      );
  }
}
