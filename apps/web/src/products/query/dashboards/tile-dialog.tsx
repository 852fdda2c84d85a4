import { ClientError } from "@mindmesh/client";
import { suggestCharts, type Chart } from "@mindmesh/contracts/query/charts";
import { mostTileRows, type Tile } from "@mindmesh/contracts/query/dashboards";
import type { SavedQuery } from "@mindmesh/contracts/query/saved-queries";
import { statementPart, type Statement } from "@mindmesh/contracts/query/statements";
import type { Cell } from "@mindmesh/contracts/query/engine";
import { Button, Dialog, DialogClose, Field, Input, Select, Skeleton } from "@mindmesh/ui";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { ChartFields } from "../charts/chart-fields.tsx";
import { queryKeyOf } from "../queries.ts";
import { statementsApi } from "../workbench/api.ts";
import { allSavedQueriesQuery } from "./queries.ts";

const ChartView = lazy(async () => ({ default: (await import("../charts/chart-view.tsx")).ChartView }));
const asTable: Chart = { kind: "table", title: "", x: null, y: [], series: null, stacked: false };

/** A saved query run once, to see how it may be drawn. */
const previewQuery = (workspaceId: string, saved: SavedQuery | undefined) =>
  queryOptions({
    queryKey: [...queryKeyOf(workspaceId), "tile-preview", saved?.id, saved?.version],
    enabled: saved !== undefined,
    retry: false,
    staleTime: 300_000,
    queryFn: async ({ signal }) => {
      if (!saved) throw new Error("there is no query");
      const response = await statementsApi.runStatement({
        params: { workspaceId, connectionId: saved.connectionId },
        body: { sql: saved.sql, parameters: saved.parameters, rows: mostTileRows },
        signal,
      });
      return readFirst(await response.text());
    },
  });

/** The end of a run and its first rows, from the lines of its answer. */
function readFirst(lines: string): { statement: Statement; rows: Cell[][] } {
  let statement: Statement | undefined;
  let rows: Cell[][] = [];
  for (const line of lines.trim().split("\n")) {
    const part = statementPart.parse(JSON.parse(line));
    if (part.type === "rows") rows = part.block.rows;
    if (part.type === "end") ({ statement } = part);
  }
  if (!statement) throw new Error("the answer has no end");
  return { statement, rows };
}

type TileDialogProps = {
  workspaceId: string;
  /** Null for a new one. */
  tile: Tile | null;
  busy: boolean;
  onSave: (tile: Tile) => void;
  onClose: () => void;
};

/** Chooses a saved query and how it is drawn, with a look at it. */
export function TileDialog({ workspaceId, tile, busy, onSave, onClose }: TileDialogProps) {
  const saved = useQuery(allSavedQueriesQuery(workspaceId));
  const [savedQueryId, setSavedQueryId] = useState(tile?.savedQueryId);
  const [title, setTitle] = useState(tile?.title ?? "");
  const [size, setSize] = useState({ width: tile?.width ?? 2, height: tile?.height ?? 2 });
  const [drawn, setDrawn] = useState<Chart | null>(tile?.chart ?? null);
  const chosen = saved.data?.find(({ id }) => id === savedQueryId);
  const preview = useQuery(previewQuery(workspaceId, chosen));
  const columns = preview.data?.statement.columns ?? [];
  const rows = preview.data?.rows ?? [];
  const chart = drawn ?? suggestCharts(columns, rows)[0] ?? asTable;
  const problem = preview.data?.statement.refusal?.reason ?? preview.data?.statement.failure?.message;
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={tile ? "Change the tile" : "Add a tile"}
      size="md"
      footer={
        <>
          <DialogClose>
            <Button>Cancel</Button>
          </DialogClose>
          <Button
            variant="primary"
            busy={busy}
            disabled={!chosen}
            onClick={() => {
              if (chosen)
                onSave({
                  id: tile?.id ?? crypto.randomUUID(),
                  savedQueryId: chosen.id,
                  title: title || chosen.name,
                  chart,
                  ...size,
                });
            }}
          >
            {tile ? "Save" : "Add"}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {saved.data?.length === 0 ? (
          <p className="text-sm text-muted">There is no saved query yet. Save one in the SQL editor first.</p>
        ) : (
          <Field label="Saved query">
            <Select
              placeholder="Choose one"
              options={(saved.data ?? []).map(({ id, name, description }) => ({
                value: id,
                label: name,
                hint: description,
              }))}
              {...(savedQueryId !== undefined && { value: savedQueryId })}
              onValueChange={(value) => {
                setSavedQueryId(value);
                setDrawn(null);
              }}
            />
          </Field>
        )}
        <Field label="Title">
          <Input
            value={title}
            placeholder={chosen?.name ?? ""}
            maxLength={200}
            onChange={(event) => setTitle(event.target.value)}
          />
        </Field>
        <div className="grid grid-cols-2 gap-4">
          <SizeField label="Width" value={size.width} onChange={(width) => setSize({ ...size, width })} />
          <SizeField label="Height" value={size.height} onChange={(height) => setSize({ ...size, height })} />
        </div>
        {chosen === undefined ? null : preview.isPending ? (
          <Skeleton className="h-52 w-full" />
        ) : preview.isError || problem !== undefined ? (
          <p role="alert" className="rounded-md border border-line px-4 py-3 text-sm text-muted">
            {problem ?? (preview.error instanceof ClientError ? preview.error.message : "The query could not be run.")}
          </p>
        ) : (
          <>
            {chart.kind === "table" ? null : (
              <div className="h-52 rounded-md border border-line p-3">
                <Suspense fallback={<Skeleton className="size-full" />}>
                  <ChartView chart={chart} columns={columns} rows={rows} />
                </Suspense>
              </div>
            )}
            <ChartFields chart={chart} columns={columns} onChange={setDrawn} />
          </>
        )}
      </div>
    </Dialog>
  );
}

function SizeField({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <Field label={label}>
      <Select
        options={["1", "2", "3", "4"].map((each) => ({ value: each, label: `${each} of 4` }))}
        value={String(value)}
        onValueChange={(next) => onChange(Number(next))}
      />
    </Field>
  );
}
