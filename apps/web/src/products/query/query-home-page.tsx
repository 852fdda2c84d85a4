import { EmptyState } from "@mindmesh/ui";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import Database from "lucide-react/icons/database";
import { engineNames } from "@mindmesh/contracts/query/engine";
import { Loaded } from "../../settings/parts/loaded.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { connectionsQuery } from "./queries.ts";

const route = getRouteApi("/w/$workspaceId/query");

/** Where Query begins: the connections of the workspace. */
export function QueryHomePage() {
  const { workspaceId } = route.useParams();
  const connections = useQuery(connectionsQuery(workspaceId));
  return (
    <>
      <PageHeader title="Query" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto max-w-3xl px-8 py-6 phone:px-4">
          <Loaded query={connections}>
            {(items) =>
              items.length === 0 ? (
                <EmptyState
                  icon={<Database aria-hidden="true" />}
                  title="No database yet"
                  description="Connections that are open to your role stand here."
                />
              ) : (
                <ul className="flex flex-col gap-2">
                  {items.map(({ id, name, engine }) => (
                    <li key={id}>
                      <Link
                        to="/w/$workspaceId/query/c/$connectionId/$section"
                        params={{ workspaceId, connectionId: id, section: "sql" }}
                        className="flex items-center gap-3 rounded-md border border-line px-4 py-3 transition-colors hover:bg-hover"
                      >
                        <Database aria-hidden="true" className="size-4 shrink-0 text-muted" />
                        <span className="min-w-0 flex-1 truncate text-sm font-medium text-ink">{name}</span>
                        <span className="text-xs text-muted">{engineNames[engine]}</span>
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
