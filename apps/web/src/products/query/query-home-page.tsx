import { roleMay } from "@mindmesh/contracts/permissions";
import type { Connection } from "@mindmesh/contracts/query/connections";
import { Badge, Button, EmptyState, Progress } from "@mindmesh/ui";
import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import CircleAlert from "lucide-react/icons/circle-alert";
import Database from "lucide-react/icons/database";
import Plus from "lucide-react/icons/plus";
import { meQuery } from "../../identity/queries.ts";
import { Loaded } from "../../settings/parts/loaded.tsx";
import { Moment } from "../../settings/parts/moment.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { dropFiles } from "./connections/dropped-files.ts";
import { DropZone } from "./connections/file-fields.tsx";
import { SampleShop } from "./connections/sample-shop.tsx";
import { EngineMark, kindWords } from "./engine-mark.tsx";
import { connectionsQuery, isBeingRead } from "./queries.ts";
import { firstSection } from "./sections.tsx";

const route = getRouteApi("/w/$workspaceId/query");

/** Where Query begins: the connections of the workspace, and ways to more of them. */
export function QueryHomePage() {
  const { workspaceId } = route.useParams();
  const { data: me } = useSuspenseQuery(meQuery);
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const connections = useQuery({ ...connectionsQuery(workspaceId), enabled: roleMay(role, "query.use") });
  const mayManage = roleMay(role, "query.manage");
  return (
    <>
      <PageHeader
        title="Query"
        actions={mayManage && connections.data?.length ? <NewConnection workspaceId={workspaceId} /> : undefined}
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-3xl flex-col gap-6 px-8 py-6 phone:px-4">
          {roleMay(role, "query.use") ? (
            <Loaded query={connections}>
              {(items) =>
                items.length === 0 ? (
                  <NoConnection workspaceId={workspaceId} mayManage={mayManage} />
                ) : (
                  <>
                    <ul aria-label="Connections" className="flex flex-col gap-2">
                      {items.map((connection) => (
                        <li key={connection.id}>
                          <ConnectionCard
                            workspaceId={workspaceId}
                            connection={connection}
                            section={firstSection(role)}
                          />
                        </li>
                      ))}
                    </ul>
                    {mayManage ? <DroppedFiles workspaceId={workspaceId} words="Or drop data files here" /> : null}
                  </>
                )
              }
            </Loaded>
          ) : (
            <EmptyState
              icon={<Database aria-hidden="true" />}
              title="Databases are not open to viewers"
              description="Ask an owner or admin of the workspace for another role."
            />
          )}
        </div>
      </div>
    </>
  );
}

function NewConnection({ workspaceId, primary = false }: { workspaceId: string; primary?: boolean }) {
  return (
    <Button asChild variant={primary ? "primary" : "secondary"} size={primary ? "md" : "sm"}>
      <Link to="/w/$workspaceId/query/new" params={{ workspaceId }}>
        <Plus aria-hidden="true" className="-ml-0.5 size-4" />
        {primary ? "Connect a database" : "New connection"}
      </Link>
    </Button>
  );
}

function NoConnection({ workspaceId, mayManage }: { workspaceId: string; mayManage: boolean }) {
  if (!mayManage) {
    return (
      <EmptyState
        icon={<Database aria-hidden="true" />}
        title="No database yet"
        description="Connections that an admin opens to your role stand here."
      />
    );
  }
  return (
    <div className="flex flex-col gap-6">
      <EmptyState
        icon={<Database aria-hidden="true" />}
        title="No database yet"
        description="Connect one to understand it, ask it questions and trust the answers. It can only be read unless you decide otherwise."
        action={<NewConnection workspaceId={workspaceId} primary />}
      />
      <DroppedFiles workspaceId={workspaceId} />
      <SampleShop workspaceId={workspaceId} />
    </div>
  );
}

/** Files that are dropped here are opened on the page that asks for their names. */
function DroppedFiles({ workspaceId, words }: { workspaceId: string; words?: string }) {
  const navigate = useNavigate();
  return (
    <DropZone
      words={words}
      onFiles={(files) => {
        dropFiles(files);
        void navigate({ to: "/w/$workspaceId/query/new", params: { workspaceId }, search: { engine: "files" } });
      }}
    />
  );
}

type ConnectionCardProps = { workspaceId: string; connection: Connection; section: string };

function ConnectionCard({ workspaceId, connection, section }: ConnectionCardProps) {
  const { id, name, engine, label, readOnly, network } = connection;
  const place = network === null ? null : `${network.host}${network.database === "" ? "" : `/${network.database}`}`;
  return (
    <Link
      to="/w/$workspaceId/query/c/$connectionId/$section"
      params={{ workspaceId, connectionId: id, section }}
      className="flex items-center gap-3 rounded-lg border border-line px-3 py-3 transition-colors hover:border-line-control hover:bg-hover"
    >
      <EngineMark engine={engine} />
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex items-center gap-2">
          <span className="truncate text-sm font-medium text-ink">{name}</span>
          {label ? <Badge tone="warning">{label}</Badge> : null}
          {readOnly ? null : <Badge tone="danger">may write</Badge>}
        </span>
        <span className="truncate text-xs text-muted">
          {[kindWords(connection), place].filter(Boolean).join(" · ")}
        </span>
      </span>
      <span className="w-40 shrink-0 text-right text-xs text-faint phone:w-24">
        <ReadingInShort connection={connection} />
      </span>
    </Link>
  );
}

function ReadingInShort({ connection }: { connection: Connection }) {
  const { ingestion, ingestedAt } = connection;
  if (isBeingRead(connection)) {
    return (
      <span className="flex flex-col items-end gap-1.5">
        Reading its schema
        <Progress
          label={`Reading the schema of ${connection.name}`}
          value={ingestion?.state === "running" ? ingestion.progress : null}
          className="max-w-24"
        />
      </span>
    );
  }
  if (ingestion?.state === "failed") {
    return (
      <span className="inline-flex items-center justify-end gap-1 text-danger-ink">
        <CircleAlert aria-hidden="true" className="size-3.5 shrink-0" />
        {ingestedAt === null ? "Not reached" : "Not reached lately"}
      </span>
    );
  }
  if (ingestedAt === null) return <>Never read</>;
  return (
    <>
      {ingestion?.tables === null || ingestion === null ? null : (
        <span className="block text-muted">
          {ingestion.tables.toLocaleString("en")} {ingestion.tables === 1 ? "table" : "tables"}
        </span>
      )}
      read <Moment at={ingestedAt} />
    </>
  );
}
