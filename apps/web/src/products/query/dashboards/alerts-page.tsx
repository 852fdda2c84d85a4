import type { Alert } from "@mindmesh/contracts/query/dashboards";
import { Badge, Button, confirm, DropdownMenu, EmptyState, IconButton, Table } from "@mindmesh/ui";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import BellRing from "lucide-react/icons/bell-ring";
import Ellipsis from "lucide-react/icons/ellipsis";
import Plus from "lucide-react/icons/plus";
import { useState } from "react";
import { Loaded } from "../../../settings/parts/loaded.tsx";
import { PageHeader } from "../../../shell/page-header.tsx";
import { AlertDialogForm } from "./alert-form.tsx";
import { alertsQuery, allSavedQueriesQuery, dashboardsApi } from "./queries.ts";

const route = getRouteApi("/w/$workspaceId/query/alerts");
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const tones = { unknown: "neutral", ok: "success", firing: "danger", failed: "warning" } as const;
const words = { unknown: "not checked yet", ok: "fine", firing: "firing", failed: "could not be checked" } as const;

/** Alerts: saved queries that are looked at by schedule. */
export function AlertsPage() {
  const { workspaceId } = route.useParams();
  const alerts = useQuery(alertsQuery(workspaceId));
  const saved = useQuery(allSavedQueriesQuery(workspaceId));
  const queryClient = useQueryClient();
  const [editing, setEditing] = useState<Alert | "new" | null>(null);
  const button = (
    <Button size="sm" variant="primary" icon={<Plus />} onClick={() => setEditing("new")}>
      New alert
    </Button>
  );
  const remove = async ({ id, name }: Alert) => {
    const sure = await confirm({
      title: `Delete ${name}?`,
      description: "Nobody will be told any more.",
      confirmLabel: "Delete",
      danger: true,
    });
    if (!sure) return;
    await dashboardsApi.deleteAlert({ params: { workspaceId, alertId: id } });
    await queryClient.invalidateQueries(alertsQuery(workspaceId));
  };
  return (
    <>
      <PageHeader title="Alerts" actions={alerts.data?.length === 0 ? null : button} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto max-w-4xl px-8 py-6 phone:px-4">
          <Loaded query={alerts}>
            {(items) =>
              items.length === 0 ? (
                <EmptyState
                  icon={<BellRing aria-hidden="true" />}
                  title="No alerts yet"
                  description="An alert looks at a saved query by schedule and tells people when a value passes a limit."
                  action={button}
                />
              ) : (
                <Table label="Alerts">
                  <thead>
                    <tr>
                      <th>Name</th>
                      <th>State</th>
                      <th className="phone:hidden">Found</th>
                      <th className="phone:hidden">Next</th>
                      <th>
                        <span className="sr-only">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((each) => (
                      <tr key={each.id}>
                        <td>
                          <span className="font-medium">{each.name}</span>
                          <span className="block text-xs text-muted">
                            {saved.data?.find(({ id }) => id === each.savedQueryId)?.name ??
                              "a query that you may not see"}
                            : {each.condition.column ?? "number of rows"} {each.condition.operator}{" "}
                            {each.condition.value}
                          </span>
                          <span className="hidden text-xs text-muted phone:block">
                            {[each.finding, each.nextAt && `next ${day.format(new Date(each.nextAt))}`]
                              .filter(Boolean)
                              .join(" · ")}
                          </span>
                        </td>
                        <td>
                          {each.enabled ? (
                            <Badge tone={tones[each.state]}>{words[each.state]}</Badge>
                          ) : (
                            <Badge>off</Badge>
                          )}
                        </td>
                        <td className="max-w-64 truncate text-muted phone:hidden">{each.finding ?? ""}</td>
                        <td className="whitespace-nowrap text-muted phone:hidden">
                          {each.nextAt ? day.format(new Date(each.nextAt)) : "–"}
                        </td>
                        <td data-numeric>
                          <DropdownMenu
                            align="end"
                            entries={[
                              { label: "Change", onSelect: () => setEditing(each) },
                              { label: "Delete", danger: true, onSelect: () => void remove(each) },
                            ]}
                          >
                            <IconButton label={`Actions of ${each.name}`} icon={<Ellipsis />} size="sm" />
                          </DropdownMenu>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </Table>
              )
            }
          </Loaded>
        </div>
      </div>
      {editing === null ? null : (
        <AlertDialogForm
          workspaceId={workspaceId}
          alert={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
    </>
  );
}
