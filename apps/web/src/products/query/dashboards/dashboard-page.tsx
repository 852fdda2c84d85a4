import { ClientError } from "@mindmesh/client";
import { dashboardContent, type Dashboard, type Tile } from "@mindmesh/contracts/query/dashboards";
import { roleMay } from "@mindmesh/contracts/permissions";
import { Button, confirm, DropdownMenu, EmptyState, IconButton, Input, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import Ellipsis from "lucide-react/icons/ellipsis";
import LayoutDashboard from "lucide-react/icons/layout-dashboard";
import Plus from "lucide-react/icons/plus";
import RefreshCw from "lucide-react/icons/refresh-cw";
import { useState } from "react";
import { meQuery } from "../../../identity/queries.ts";
import { Loaded } from "../../../settings/parts/loaded.tsx";
import { PageHeader } from "../../../shell/page-header.tsx";
import { DashboardSettings } from "./dashboard-settings.tsx";
import { dashboardQuery, dashboardsApi, dashboardsQuery, tileKeyOf, tileQuery } from "./queries.ts";
import { TileCard } from "./tile-card.tsx";
import { TileDialog } from "./tile-dialog.tsx";

const route = getRouteApi("/w/$workspaceId/query/dashboards/$dashboardId");

/** One dashboard. */
export function DashboardPage() {
  const { workspaceId, dashboardId } = route.useParams();
  const dashboard = useQuery(dashboardQuery(workspaceId, dashboardId));
  if (dashboard.error instanceof ClientError && dashboard.error.status === 404) {
    return (
      <>
        <PageHeader title="Dashboard" />
        <EmptyState
          icon={<LayoutDashboard aria-hidden="true" />}
          title="Nothing here"
          description="This dashboard is gone, or it is not shared with you."
        />
      </>
    );
  }
  return (
    <Loaded query={dashboard}>
      {(data) => <DashboardView key={data.id} workspaceId={workspaceId} dashboard={data} />}
    </Loaded>
  );
}

/** Saves a changed dashboard; what somebody else has changed meanwhile is loaded and said. */
function useSave(workspaceId: string, dashboard: Dashboard) {
  const queryClient = useQueryClient();
  const { queryKey } = dashboardQuery(workspaceId, dashboard.id);
  return useMutation({
    mutationFn: (change: Partial<Dashboard>) =>
      dashboardsApi.updateDashboard({
        params: { workspaceId, dashboardId: dashboard.id },
        body: { ...dashboardContent.parse({ ...dashboard, ...change }), version: dashboard.version },
      }),
    onSuccess: (saved) => {
      queryClient.setQueryData(queryKey, saved);
      void queryClient.invalidateQueries(dashboardsQuery(workspaceId));
    },
    onError: (error) => {
      if (error instanceof ClientError && error.status === 409) void queryClient.invalidateQueries({ queryKey });
      toast(error instanceof ClientError ? error.message : "It could not be saved.", { tone: "danger" });
    },
  });
}

function DashboardView({ workspaceId, dashboard }: { workspaceId: string; dashboard: Dashboard }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const save = useSave(workspaceId, dashboard);
  const [parameters, setParameters] = useState(dashboard.parameters);
  const [editing, setEditing] = useState<Tile | "new" | null>(null);
  const [settings, setSettings] = useState(false);
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const mayChange = dashboard.ownerId === me.person.id || roleMay(role, "query.manage");
  const { tiles } = dashboard;

  const refresh = async () => {
    // Past the cache of five minutes: somebody has asked for what is true now.
    await Promise.all(
      tiles.map(async ({ id: tileId }) => {
        const place = { workspaceId, dashboardId: dashboard.id, tileId };
        const { queryKey } = tileQuery(place, parameters, null);
        await queryClient
          .fetchQuery({
            queryKey,
            queryFn: () => dashboardsApi.readTile({ params: place, body: { parameters, fresh: true } }),
            staleTime: 0,
          })
          .catch(() => undefined);
      }),
    );
    await queryClient.invalidateQueries({ queryKey: tileKeyOf(workspaceId, dashboard.id), refetchType: "none" });
  };
  const refreshing = useMutation({ mutationFn: refresh });
  const move = (from: number, by: -1 | 1) => {
    const order = [...tiles];
    const [moved] = order.splice(from, 1);
    if (moved) order.splice(from + by, 0, moved);
    save.mutate({ tiles: order });
  };
  const remove = async () => {
    const sure = await confirm({
      title: `Delete ${dashboard.name}?`,
      description: "Its saved queries stay.",
      confirmLabel: "Delete",
      danger: true,
    });
    if (!sure) return;
    await dashboardsApi.deleteDashboard({ params: { workspaceId, dashboardId: dashboard.id } });
    await queryClient.invalidateQueries(dashboardsQuery(workspaceId));
    await navigate({ to: "/w/$workspaceId/query/dashboards", params: { workspaceId } });
  };
  return (
    <>
      <PageHeader
        title={dashboard.name}
        actions={
          <>
            <IconButton
              label="Read anew"
              icon={<RefreshCw />}
              disabled={refreshing.isPending}
              onClick={() => refreshing.mutate()}
            />
            {mayChange ? (
              <>
                <Button size="sm" icon={<Plus />} onClick={() => setEditing("new")}>
                  Add a tile
                </Button>
                <DropdownMenu
                  align="end"
                  entries={[
                    { label: "Settings and schedule", onSelect: () => setSettings(true) },
                    { kind: "separator" },
                    { label: "Delete", danger: true, onSelect: () => void remove() },
                  ]}
                >
                  <IconButton label="More" icon={<Ellipsis />} />
                </DropdownMenu>
              </>
            ) : null}
          </>
        }
      />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it must scroll by keyboard */}
      <div className="min-h-0 flex-1 overflow-y-auto px-6 py-5 -outline-offset-2 phone:px-3" tabIndex={0}>
        {dashboard.description === "" ? null : <p className="mb-4 text-sm text-muted">{dashboard.description}</p>}
        <ParametersRow parameters={parameters} onChange={setParameters} />
        {tiles.length === 0 ? (
          <EmptyState
            icon={<LayoutDashboard aria-hidden="true" />}
            title="An empty dashboard"
            description="Save a query in the SQL editor, then add it here as a table or a chart."
            action={
              mayChange ? (
                <Button icon={<Plus />} onClick={() => setEditing("new")}>
                  Add a tile
                </Button>
              ) : undefined
            }
          />
        ) : (
          <div className="grid auto-rows-[8.5rem] grid-cols-4 gap-3 phone:grid-cols-1">
            {tiles.map((tile, index) => (
              <TileCard
                key={tile.id}
                workspaceId={workspaceId}
                dashboard={dashboard}
                tile={tile}
                parameters={parameters}
                menu={
                  mayChange
                    ? [
                        { label: "Change", onSelect: () => setEditing(tile) },
                        { label: "Move forward", disabled: index === 0, onSelect: () => move(index, -1) },
                        { label: "Move back", disabled: index === tiles.length - 1, onSelect: () => move(index, 1) },
                        { kind: "separator" },
                        {
                          label: "Remove",
                          danger: true,
                          onSelect: () => {
                            save.mutate({ tiles: tiles.filter(({ id }) => id !== tile.id) });
                            toast(`${tile.title || "The tile"} was removed`, {
                              action: { label: "Undo", onSelect: () => save.mutate({ tiles }) },
                            });
                          },
                        },
                      ]
                    : null
                }
              />
            ))}
          </div>
        )}
      </div>
      {editing === null ? null : (
        <TileDialog
          workspaceId={workspaceId}
          tile={editing === "new" ? null : editing}
          busy={save.isPending}
          onClose={() => setEditing(null)}
          onSave={(tile) => {
            const known = tiles.some(({ id }) => id === tile.id);
            save.mutate(
              { tiles: known ? tiles.map((each) => (each.id === tile.id ? tile : each)) : [...tiles, tile] },
              { onSuccess: () => setEditing(null) },
            );
          }}
        />
      )}
      {settings ? (
        <DashboardSettings workspaceId={workspaceId} dashboard={dashboard} onClose={() => setSettings(false)} />
      ) : null}
    </>
  );
}

type ParametersRowProps = {
  parameters: Dashboard["parameters"];
  onChange: (parameters: Dashboard["parameters"]) => void;
};

/** Values for all tiles that ask for them, taken when the field is left or Enter is pressed. */
function ParametersRow({ parameters, onChange }: ParametersRowProps) {
  const names = Object.keys(parameters);
  if (names.length === 0) return null;
  return (
    <div className="mb-4 flex flex-wrap gap-3">
      {names.map((name) => (
        <label key={name} className="flex flex-col gap-1 text-xs text-muted">
          {name}
          <Input
            defaultValue={parameters[name] ?? ""}
            className="max-w-44"
            onBlur={(event) => onChange({ ...parameters, [name]: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === "Enter") onChange({ ...parameters, [name]: event.currentTarget.value });
            }}
          />
        </label>
      ))}
    </div>
  );
}
