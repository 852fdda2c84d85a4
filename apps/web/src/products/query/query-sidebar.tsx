import { roleMay } from "@mindmesh/contracts/permissions";
import { IconButton, Skeleton, Spinner } from "@mindmesh/ui";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useLocation, useNavigate, useParams } from "@tanstack/react-router";
import BellRing from "lucide-react/icons/bell-ring";
import CircleAlert from "lucide-react/icons/circle-alert";
import LayoutDashboard from "lucide-react/icons/layout-dashboard";
import Plus from "lucide-react/icons/plus";
import { meQuery } from "../../identity/queries.ts";
import { closeDrawer } from "../../shell/frame.ts";
import { SidebarItem, SidebarSection } from "../../shell/sidebar-list.tsx";
import { connectionsQuery, isBeingRead } from "./queries.ts";
import { QueryCommands } from "./query-commands.tsx";
import { firstSection } from "./sections.tsx";

/** What stands in the sidebar while Query is open: the connections. */
export function QuerySidebar({ workspaceId }: { workspaceId: string }) {
  const { data: me } = useSuspenseQuery(meQuery);
  const { connectionId, section } = useParams({ strict: false });
  const pathname = useLocation({ select: (location) => location.pathname });
  const navigate = useNavigate();
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const mayUse = roleMay(role, "query.use");
  const connections = useQuery({ ...connectionsQuery(workspaceId), enabled: mayUse });
  const create = roleMay(role, "query.manage") ? (
    <IconButton
      size="sm"
      label="New connection"
      icon={<Plus />}
      onClick={() => {
        closeDrawer();
        void navigate({ to: "/w/$workspaceId/query/new", params: { workspaceId } });
      }}
    />
  ) : null;
  return (
    <nav aria-label="Query" className="px-2 pb-4">
      <QueryCommands workspaceId={workspaceId} role={role} />
      <SidebarSection title="Together">
        <li>
          <SidebarItem
            title="Dashboards"
            icon={<LayoutDashboard aria-hidden="true" />}
            to="/w/$workspaceId/query/dashboards"
            params={{ workspaceId }}
            current={/\/query\/dashboards(?:\/|$)/.test(pathname)}
          />
        </li>
        <li>
          <SidebarItem
            title="Alerts"
            icon={<BellRing aria-hidden="true" />}
            to="/w/$workspaceId/query/alerts"
            params={{ workspaceId }}
            current={pathname.endsWith("/query/alerts")}
          />
        </li>
      </SidebarSection>
      <SidebarSection title="Connections" action={create}>
        {mayUse && connections.isPending ? (
          <li className="flex h-8 items-center pl-2">
            <Skeleton className="h-3 w-3/5" />
          </li>
        ) : null}
        {!mayUse || connections.data?.length === 0 ? <li className="px-2 py-1 text-xs text-faint">None yet.</li> : null}
        {connections.data?.map((connection) => (
          <li key={connection.id}>
            <SidebarItem
              title={connection.name}
              to="/w/$workspaceId/query/c/$connectionId/$section"
              // From one connection to the same matter of another.
              params={{ workspaceId, connectionId: connection.id, section: section ?? firstSection(role) }}
              current={connection.id === connectionId}
              trailing={
                isBeingRead(connection) ? (
                  <Spinner label="Its schema is being read" className="size-3.5 text-faint" />
                ) : connection.ingestion?.state === "failed" ? (
                  <span title="Its schema could not be read">
                    <CircleAlert aria-label="Its schema could not be read" className="size-3.5 text-danger-ink" />
                  </span>
                ) : undefined
              }
            />
          </li>
        ))}
      </SidebarSection>
    </nav>
  );
}
