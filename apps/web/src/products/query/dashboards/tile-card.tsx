import { ClientError } from "@mindmesh/client";
import type { Dashboard, Tile, TileResult } from "@mindmesh/contracts/query/dashboards";
import type { StatementParameters } from "@mindmesh/contracts/query/statements";
import { Button, DropdownMenu, IconButton, Skeleton, Table, type MenuEntry } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import Ellipsis from "lucide-react/icons/ellipsis";
import { lazy, Suspense } from "react";
import { tileQuery } from "./queries.ts";

const ChartView = lazy(async () => ({ default: (await import("../charts/chart-view.tsx")).ChartView }));
const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit" });
const numeric = new Set(["integer", "decimal", "float"]);

type TileCardProps = {
  workspaceId: string;
  dashboard: Dashboard;
  tile: Tile;
  parameters: StatementParameters;
  /** Null for who may not change the dashboard. */
  menu: MenuEntry[] | null;
};

/** One saved query on a dashboard, drawn as its chart says. */
export function TileCard({ workspaceId, dashboard, tile, parameters, menu }: TileCardProps) {
  const place = { workspaceId, dashboardId: dashboard.id, tileId: tile.id };
  const result = useQuery(tileQuery(place, parameters, dashboard.refreshSeconds));
  const title = tile.title || tile.chart.title || tile.chart.y.join(", ") || "Table";
  return (
    <section
      aria-label={title}
      // The grid's places are numbers that only this tile knows.
      style={{ gridColumn: `span ${tile.width}`, gridRow: `span ${tile.height}` }}
      className="flex min-w-0 flex-col rounded-md border border-line bg-raised p-3 phone:col-span-1!"
    >
      <header className="mb-2 flex h-6 items-center gap-2">
        <h2 className="min-w-0 flex-1 truncate text-sm font-medium text-ink">{title}</h2>
        {result.data ? (
          <span
            className="text-2xs text-faint"
            title={result.data.cached ? "From the cache" : "Read from the database"}
          >
            {time.format(new Date(result.data.readAt))}
          </span>
        ) : null}
        {menu ? (
          <DropdownMenu entries={menu} align="end">
            <IconButton label={`Actions of ${title}`} icon={<Ellipsis />} size="sm" />
          </DropdownMenu>
        ) : null}
      </header>
      <div className="min-h-0 flex-1">
        {result.data ? (
          tile.chart.kind === "table" ? (
            <TileTable title={title} result={result.data} />
          ) : (
            <Suspense fallback={<Skeleton className="size-full" />}>
              <ChartView chart={tile.chart} columns={result.data.columns} rows={result.data.rows} />
            </Suspense>
          )
        ) : result.isError ? (
          <div role="alert" className="flex h-full flex-col items-center justify-center gap-2 px-3 text-center">
            <p className="line-clamp-4 text-sm text-muted">
              {result.error instanceof ClientError ? result.error.message : "Something went wrong on this page."}
            </p>
            <Button size="sm" busy={result.isFetching} onClick={() => void result.refetch()}>
              Try again
            </Button>
          </div>
        ) : (
          <Skeleton className="size-full" />
        )}
      </div>
    </section>
  );
}

/** Rows of a table that are drawn; the rest is in the SQL editor. */
const mostRows = 100;

function TileTable({ title, result: { columns, rows, more } }: { title: string; result: TileResult }) {
  if (rows.length === 0) return <p className="py-4 text-center text-sm text-muted">No rows.</p>;
  return (
    <div className="h-full overflow-y-auto">
      <Table label={title}>
        <thead>
          <tr>
            {columns.map(({ name, kind }, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- two columns may have the same name
              <th key={index} data-numeric={numeric.has(kind) || undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, mostRows).map((row, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- rows have no name of their own
            <tr key={at}>
              {row.map((value, index) => (
                // oxlint-disable-next-line react/no-array-index-key -- as above
                <td
                  key={index}
                  data-numeric={numeric.has(columns[index]?.kind ?? "other") || undefined}
                  className="max-w-64 truncate"
                >
                  {value ?? <span className="text-faint">NULL</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
      {more || rows.length > mostRows ? (
        <p className="px-3 py-2 text-xs text-faint">There are more rows than these.</p>
      ) : null}
    </div>
  );
}
