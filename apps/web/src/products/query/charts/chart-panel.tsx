import { suggestCharts, type Chart } from "@mindmesh/contracts/query/charts";
import { mostTileRows } from "@mindmesh/contracts/query/dashboards";
import type { Statement } from "@mindmesh/contracts/query/statements";
import { EmptyState, SegmentedControl, Skeleton } from "@mindmesh/ui";
import { queryOptions, useQuery } from "@tanstack/react-query";
import ChartColumn from "lucide-react/icons/chart-column";
import { useState } from "react";
import { Loaded } from "../../../settings/parts/loaded.tsx";
import { queryKeyOf } from "../queries.ts";
import { statementsApi } from "../workbench/api.ts";
import type { PanelProps } from "../workbench/workbench-panels.tsx";
import { ChartFields } from "./chart-fields.tsx";
import { ChartView } from "./chart-view.tsx";

/** Rows that one request gives. */
const atOnce = 500;

/** The first rows of a result; a chart cannot tell more of them apart. */
const rowsQuery = (workspaceId: string, { id: statementId, rows }: Statement) =>
  queryOptions({
    queryKey: [...queryKeyOf(workspaceId), "chart-rows", statementId],
    queryFn: async ({ signal }) => {
      const wanted = Array.from({ length: Math.min(rows, mostTileRows) }, (_, row) => row);
      const parts = Array.from({ length: Math.ceil(wanted.length / atOnce) }, (_, part) =>
        statementsApi.pickResultRows({
          params: { workspaceId, statementId },
          body: { rows: wanted.slice(part * atOnce, (part + 1) * atOnce) },
          signal,
        }),
      );
      return (await Promise.all(parts)).flatMap((part) => part.rows);
    },
    staleTime: Infinity,
    retry: false,
  });

/** A result as a chart: one that fits its shape, or what the person makes of it. */
export function ChartPanel({ workspaceId, statement }: PanelProps) {
  const found = useQuery(rowsQuery(workspaceId, statement));
  return (
    <Loaded query={found} skeleton={<Skeleton className="m-4 h-48" />}>
      {(rows) => <ChartOfResult key={statement.id} statement={statement} rows={rows} />}
    </Loaded>
  );
}

const names = {
  line: "Line",
  bar: "Bars",
  area: "Area",
  scatter: "Points",
  pie: "Pie",
  number: "Number",
  table: "Table",
} as const;

function ChartOfResult({
  statement: { columns, rows: whole },
  rows,
}: {
  statement: Statement;
  rows: (string | null)[][];
}) {
  const suggestions = suggestCharts(columns, rows);
  const [chart, setChart] = useState<Chart | null>(suggestions[0] ?? null);
  if (chart === null) {
    return (
      <EmptyState
        icon={<ChartColumn aria-hidden="true" />}
        title="Nothing to draw"
        description="A chart needs a column of numbers and more than ids. Add one to the statement, such as count(*)."
      />
    );
  }
  return (
    <div className="flex min-h-0 flex-1 phone:flex-col">
      <div className="flex min-h-64 min-w-0 flex-1 flex-col gap-3 p-4">
        {suggestions.length > 1 ? (
          <SegmentedControl
            label="Suggested charts"
            value={chart.kind}
            options={suggestions.map(({ kind }) => ({ value: kind, label: names[kind] }))}
            onValueChange={(kind) => setChart(suggestions.find((each) => each.kind === kind) ?? chart)}
            className="self-start"
          />
        ) : null}
        <div className="min-h-0 flex-1">
          <ChartView chart={chart} columns={columns} rows={rows} />
        </div>
        {whole > rows.length ? (
          <p className="text-xs text-faint">Drawn from the first {rows.length.toLocaleString("en")} rows.</p>
        ) : null}
      </div>
      <div className="w-64 shrink-0 overflow-y-auto border-l border-line p-4 phone:w-auto phone:border-l-0 phone:border-t">
        <ChartFields chart={chart} columns={columns} onChange={setChart} />
      </div>
    </div>
  );
}
