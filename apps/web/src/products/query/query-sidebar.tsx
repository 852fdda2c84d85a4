import { Skeleton } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { SidebarItem, SidebarSection } from "../../shell/sidebar-list.tsx";
import { connectionsQuery } from "./queries.ts";

/** What stands in the sidebar while Query is open: the connections. */
export function QuerySidebar({ workspaceId }: { workspaceId: string }) {
  const connections = useQuery(connectionsQuery(workspaceId));
  const { connectionId } = useParams({ strict: false });
  return (
    <nav aria-label="Query" className="px-2 pb-4">
      <SidebarSection title="Connections">
        {connections.isPending ? (
          <li className="flex h-8 items-center pl-2">
            <Skeleton className="h-3 w-3/5" />
          </li>
        ) : null}
        {connections.data?.length === 0 ? <li className="px-2 py-1 text-xs text-faint">None yet.</li> : null}
        {connections.data?.map(({ id, name }) => (
          <li key={id}>
            <SidebarItem
              title={name}
              to="/w/$workspaceId/query/c/$connectionId/$section"
              params={{ workspaceId, connectionId: id, section: "sql" }}
              current={id === connectionId}
            />
          </li>
        ))}
      </SidebarSection>
    </nav>
  );
}
