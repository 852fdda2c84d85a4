import { ClientError } from "@mindmesh/client";
import { Badge, Button, EmptyState, toast } from "@mindmesh/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import LayoutDashboard from "lucide-react/icons/layout-dashboard";
import Plus from "lucide-react/icons/plus";
import { Loaded } from "../../../settings/parts/loaded.tsx";
import { PageHeader } from "../../../shell/page-header.tsx";
import { dashboardsApi, dashboardsQuery } from "./queries.ts";

const route = getRouteApi("/w/$workspaceId/query/dashboards");

/** All dashboards. */
export function DashboardsPage() {
  const { workspaceId } = route.useParams();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const dashboards = useQuery(dashboardsQuery(workspaceId));
  const create = useMutation({
    mutationFn: () => dashboardsApi.createDashboard({ params: { workspaceId }, body: { name: "New dashboard" } }),
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries(dashboardsQuery(workspaceId));
      await navigate({ to: "/w/$workspaceId/query/dashboards/$dashboardId", params: { workspaceId, dashboardId: id } });
    },
    onError: (error) =>
      toast(error instanceof ClientError ? error.message : "It could not be made.", { tone: "danger" }),
  });
  const button = (
    <Button size="sm" variant="primary" icon={<Plus />} busy={create.isPending} onClick={() => create.mutate()}>
      New dashboard
    </Button>
  );
  return (
    <>
      <PageHeader title="Dashboards" actions={dashboards.data?.length === 0 ? null : button} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto max-w-4xl px-8 py-6 phone:px-4">
          <Loaded query={dashboards}>
            {(items) =>
              items.length === 0 ? (
                <EmptyState
                  icon={<LayoutDashboard aria-hidden="true" />}
                  title="No dashboards yet"
                  description="A dashboard draws saved queries beside each other, reads them anew by itself, and can be sent by e-mail."
                  action={button}
                />
              ) : (
                <ul className="grid grid-cols-2 gap-3 phone:grid-cols-1">
                  {items.map(({ id, name, description, tiles, shared, snapshot }) => (
                    <li key={id}>
                      <Link
                        to="/w/$workspaceId/query/dashboards/$dashboardId"
                        params={{ workspaceId, dashboardId: id }}
                        className="flex h-full flex-col gap-1 rounded-md border border-line px-4 py-3 transition-colors hover:bg-hover"
                      >
                        <span className="flex items-center gap-2">
                          <span className="min-w-0 truncate text-sm font-medium text-ink">{name}</span>
                          {shared ? <Badge>shared</Badge> : null}
                          {snapshot ? <Badge tone="accent">by e-mail</Badge> : null}
                        </span>
                        <span className="line-clamp-2 text-xs text-muted">
                          {description || `${tiles.length} ${tiles.length === 1 ? "tile" : "tiles"}`}
                        </span>
                      </Link>
                    </li>
                  ))}
                </ul>
              )
            }
          </Loaded>
        </div>
      </div>
    </>
  );
}
