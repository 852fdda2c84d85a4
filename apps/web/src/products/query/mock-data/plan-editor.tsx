import type { Connection } from "@mindmesh/contracts/query/connections";
import type { MockPlan, MockTable } from "@mindmesh/contracts/query/mock-data";
import { Callout, Checkbox, Input, Skeleton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSettled } from "../workbench/use-settled.ts";
import { ColumnPlans } from "./column-plans.tsx";
import { PreviewTable } from "./preview-table.tsx";
import { previewQuery } from "./queries.ts";
import { RunBar } from "./run-bar.tsx";

interface PlanEditorProps {
  workspaceId: string;
  connection: Connection;
  plan: MockPlan;
  onChange: (plan: MockPlan) => void;
}

const placeOf = ({ schema, name }: { schema: string; name: string }) => `${schema}.${name}`;

/** Which tables get how many rows, what is made for each column, and how it will look. */
export function PlanEditor({ workspaceId, connection, plan, onChange }: PlanEditorProps) {
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState(() => placeOf(plan.tables[0]!));
  const chosen = { ...plan, tables: plan.tables.filter((table) => !left.has(placeOf(table))) };
  const table = plan.tables.find((each) => placeOf(each) === shown) ?? plan.tables[0]!;
  const settled = useSettled(JSON.stringify(chosen));
  const preview = useQuery({
    ...previewQuery(workspaceId, connection.id, JSON.parse(settled) as MockPlan),
    enabled: chosen.tables.length > 0,
  });
  const rows = preview.data?.tables.find((each) => placeOf(each.table) === shown);
  const problems = preview.data?.problems ?? [];
  const setTable = (next: MockTable) =>
    onChange({ ...plan, tables: plan.tables.map((each) => (placeOf(each) === placeOf(next) ? next : each)) });

  function toggle(place: string, isIn: boolean) {
    const next = new Set(left);
    if (isIn) next.delete(place);
    else next.add(place);
    setLeft(next);
  }

  return (
    <div className="grid gap-5 lg:grid-cols-[17rem_minmax(0,1fr)]">
      <ul
        aria-label="Tables"
        className="flex max-h-72 flex-col self-start overflow-y-auto rounded-lg border border-line lg:max-h-[36rem]"
      >
        {plan.tables.map((each) => {
          const place = placeOf(each);
          return (
            <li key={place} className="flex items-center gap-2 border-b border-line px-2.5 py-1 last:border-0">
              <Checkbox
                label={`Make rows for ${each.name}`}
                hideLabel
                checked={!left.has(place)}
                onCheckedChange={(checked) => toggle(place, checked === true)}
              />
              <button
                type="button"
                aria-pressed={place === shown}
                onClick={() => setShown(place)}
                className="min-w-0 flex-1 truncate rounded px-1 py-1 text-left text-sm text-ink hover:bg-hover aria-pressed:font-semibold"
              >
                {each.name}
              </button>
              <Input
                aria-label={`Rows of ${each.name}`}
                inputMode="numeric"
                className="max-w-24 shrink-0 text-right"
                value={String(each.rows)}
                onChange={(event) =>
                  setTable({ ...each, rows: Math.min(10_000_000, Number(event.target.value.replace(/\D/g, ""))) })
                }
              />
            </li>
          );
        })}
      </ul>
      <div className="flex min-w-0 flex-col gap-5">
        {problems.length > 0 ? (
          <Callout tone="warning" title="This plan cannot be carried out yet">
            <ul className="list-disc pl-4">
              {problems.slice(0, 8).map((problem) => (
                <li key={`${placeOf(problem.table)} ${problem.part}`}>
                  <span className="font-medium">
                    {problem.table.name}, {problem.part}:
                  </span>{" "}
                  {problem.reason}
                </li>
              ))}
            </ul>
          </Callout>
        ) : null}
        {preview.error ? <Callout tone="danger">{preview.error.message}</Callout> : null}
        <ColumnPlans table={table} preview={rows ?? null} onChange={setTable} />
        {rows ? <PreviewTable columns={rows.columns} rows={rows.rows} name={table.name} /> : null}
        {preview.isPending && chosen.tables.length > 0 ? <Skeleton className="h-48 w-full" /> : null}
        <RunBar
          workspaceId={workspaceId}
          connection={connection}
          plan={chosen}
          shown={{ schema: table.schema, name: table.name }}
          isReady={preview.isSuccess && problems.length === 0 && chosen.tables.length > 0}
        />
      </div>
    </div>
  );
}
