import { ClientError } from "@mindmesh/client";
import type { TableName } from "@mindmesh/contracts/query/catalog";
import type { Connection } from "@mindmesh/contracts/query/connections";
import type { MockPlan } from "@mindmesh/contracts/query/mock-data";
import { Button, Callout, Field, Input, Progress, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { mockDataApi } from "./api.ts";
import { mockRunsQuery } from "./queries.ts";

interface RunBarProps {
  workspaceId: string;
  connection: Connection;
  plan: MockPlan;
  /** The table whose CSV is offered. */
  shown: TableName;
  isReady: boolean;
}

/** Download, or write into the database after its name was typed; and what came of it. */
export function RunBar({ workspaceId, connection, plan, shown, isReady }: RunBarProps) {
  const params = { workspaceId, connectionId: connection.id };
  const queryClient = useQueryClient();
  const runs = useQuery(mockRunsQuery(workspaceId, connection.id));
  const [confirm, setConfirm] = useState("");
  const latest = runs.data?.[0];
  const isRunning = latest?.state === "waiting" || latest?.state === "running";
  const told = (error: Error) => {
    if (!(error instanceof ClientError)) throw error;
    toast(Object.values(error.fields ?? {})[0] ?? error.message, { tone: "danger" });
  };
  const refresh = () => queryClient.invalidateQueries(mockRunsQuery(workspaceId, connection.id));
  const write = useMutation({
    mutationFn: () => mockDataApi.startMockRun({ params, body: { plan, confirm } }),
    onSuccess: () => {
      setConfirm("");
      return refresh();
    },
    onError: told,
  });
  const cancel = useMutation({
    mutationFn: (runId: string) => mockDataApi.cancelMockRun({ params: { ...params, runId } }),
    onSuccess: refresh,
    onError: told,
  });
  const download = useMutation({
    mutationFn: async (format: "sql" | "csv") => {
      const body = { plan, format, table: format === "csv" ? shown : null };
      const answer = await mockDataApi.exportMockData({ params, body });
      save(await answer.blob(), format === "csv" ? `${shown.name}.csv` : "mock-data.sql");
    },
    onError: told,
  });
  const rows = plan.tables.reduce((sum, table) => sum + table.rows, 0);

  return (
    <section aria-label="Write or download" className="flex flex-col gap-3 rounded-lg border border-line p-4">
      <div className="flex flex-wrap items-center gap-2">
        <p className="min-w-40 flex-1 text-sm text-faint">
          {rows.toLocaleString()} rows in {plan.tables.length} {plan.tables.length === 1 ? "table" : "tables"}
        </p>
        <Button disabled={!isReady} busy={download.isPending} onClick={() => download.mutate("sql")}>
          Download SQL
        </Button>
        <Button disabled={!isReady} busy={download.isPending} onClick={() => download.mutate("csv")}>
          Download {shown.name}.csv
        </Button>
      </div>
      {connection.readOnly ? (
        <Callout>
          This connection is read-only. An admin can open it for writing under Settings; until then download the rows.
        </Callout>
      ) : (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            write.mutate();
          }}
        >
          <Field label={`Type "${connection.name}" to write into it`} className="min-w-56 flex-1">
            <Input value={confirm} onChange={(event) => setConfirm(event.target.value)} autoComplete="off" />
          </Field>
          <Button
            type="submit"
            variant="primary"
            busy={write.isPending}
            disabled={!isReady || isRunning || confirm.trim() !== connection.name}
          >
            Write rows
          </Button>
        </form>
      )}
      {latest ? (
        <div aria-live="polite" className="flex flex-col gap-2 text-sm">
          {isRunning ? (
            <div className="flex items-center gap-3">
              <Progress label="Writing rows" value={latest.rows === 0 ? null : latest.written / latest.rows} />
              <span className="shrink-0 text-xs text-faint tabular-nums">
                {latest.written.toLocaleString()} of {latest.rows.toLocaleString()}
              </span>
              <Button size="sm" busy={cancel.isPending} onClick={() => cancel.mutate(latest.id)}>
                Stop
              </Button>
            </div>
          ) : latest.state === "failed" ? (
            <Callout tone="danger" title="Nothing was written">
              {latest.error}
            </Callout>
          ) : (
            <p className="text-faint">
              {latest.state === "done"
                ? `${latest.written.toLocaleString()} rows were written.`
                : "Stopped; nothing was written."}
            </p>
          )}
        </div>
      ) : null}
    </section>
  );
}

function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
