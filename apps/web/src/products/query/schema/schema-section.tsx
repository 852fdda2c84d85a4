import { roleMay } from "@mindmesh/contracts/permissions";
import { Button, EmptyState } from "@mindmesh/ui";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import Table2 from "lucide-react/icons/table-2";
import { meQuery } from "../../../identity/queries.ts";
import { ListSkeleton, Loaded } from "../../../settings/parts/loaded.tsx";
import { isBeingRead, schemaQuery } from "../queries.ts";
import type { SectionProps } from "../sections.tsx";
import { readTablePlace } from "./find-tables.ts";
import { ReadingStatus, useReading } from "./reading-status.tsx";
import { SchemaOverview } from "./schema-overview.tsx";
import { TableDetails } from "./table-details.tsx";
import { TableList } from "./table-list.tsx";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");

/** The schema of a connection: its tables at the left, the chosen one or an overview at the right; on phones one of both. */
export function SchemaSection({ workspaceId, connection }: SectionProps) {
  const { table, view } = route.useSearch();
  const { data: me } = useSuspenseQuery(meQuery);
  const schema = useQuery(schemaQuery(workspaceId, connection.id));
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const mayRefresh = roleMay(role, "query.develop");
  const place = readTablePlace(table);
  // On phones the list gives way to what was chosen from it.
  const chosen = place !== null || view === "overview";
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ReadingStatus workspaceId={workspaceId} connection={connection} mayRefresh={mayRefresh} />
      <Loaded query={schema} skeleton={<ListSkeleton rows={8} className="p-6" />}>
        {(outline) =>
          outline.takenAt === null ? (
            <NeverRead workspaceId={workspaceId} connection={connection} mayRefresh={mayRefresh} />
          ) : (
            <div className="flex min-h-0 flex-1">
              <div
                className={`flex min-h-0 w-72 shrink-0 flex-col border-r border-line phone:w-full phone:border-r-0 ${chosen ? "phone:hidden" : ""}`}
              >
                <TableList outline={outline} chosen={place} />
              </div>
              <section
                aria-label={place ? `Table ${place.name}` : "Overview of the schema"}
                className={`min-h-0 min-w-0 flex-1 overflow-y-auto ${chosen ? "" : "phone:hidden"}`}
              >
                {place ? (
                  <TableDetails
                    key={table}
                    workspaceId={workspaceId}
                    connection={connection}
                    place={place}
                    mayDecide={mayRefresh}
                  />
                ) : (
                  <SchemaOverview
                    workspaceId={workspaceId}
                    connection={connection}
                    outline={outline}
                    mayDecide={mayRefresh}
                  />
                )}
              </section>
            </div>
          )
        }
      </Loaded>
    </div>
  );
}

function NeverRead({ workspaceId, connection, mayRefresh }: SectionProps & { mayRefresh: boolean }) {
  const { refresh } = useReading({ workspaceId, connection });
  if (isBeingRead(connection)) return <ListSkeleton rows={8} className="p-6" />;
  return (
    <EmptyState
      icon={<Table2 aria-hidden="true" />}
      title="The schema was never read"
      description={mayRefresh ? "Read it to see tables, columns and keys." : "An admin or developer can have it read."}
      action={
        mayRefresh ? (
          <Button variant="primary" busy={refresh.isPending} onClick={() => refresh.mutate()}>
            Read the schema
          </Button>
        ) : undefined
      }
    />
  );
}
