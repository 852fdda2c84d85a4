import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import ChevronRight from "lucide-react/icons/chevron-right";
import { roleMay } from "@mindmesh/contracts/permissions";
import { EmptyState } from "@mindmesh/ui";
import Lock from "lucide-react/icons/lock";
import { meQuery } from "../../../identity/queries.ts";
import { PageHeader } from "../../../shell/page-header.tsx";
import { EngineMark, engineWords } from "../engine-mark.tsx";
import { NewFilesForm } from "./new-files-form.tsx";
import { NewNetworkForm } from "./new-network-form.tsx";
import { SampleShop } from "./sample-shop.tsx";
import type { NetworkEngine } from "./place-values.ts";

const route = getRouteApi("/w/$workspaceId/query/new");

const engines: readonly { engine: NetworkEngine; hint: string }[] = [
  { engine: "postgres", hint: "12 and later" },
  { engine: "mysql", hint: "MySQL 8, MariaDB 10.6 and later" },
  { engine: "mssql", hint: "2017 and later" },
];

/** Connects a database: first what it is, then where it is. */
export function NewConnectionPage() {
  const { workspaceId } = route.useParams();
  const { engine } = route.useSearch();
  const { data: me } = useSuspenseQuery(meQuery);
  const role = me.workspaces.find(({ id }) => id === workspaceId)?.role ?? "viewer";
  const isNetwork = engine !== undefined && engine !== "files";
  const title = isNetwork ? `Connect ${engineWords[engine]}` : engine === "files" ? "Open files" : "Connect a database";
  return (
    <>
      <PageHeader title={title} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex max-w-xl flex-col gap-6 px-8 py-8 phone:px-4 phone:py-5">
          {!roleMay(role, "query.manage") ? (
            <EmptyState
              icon={<Lock aria-hidden="true" />}
              title="Owners and admins connect databases"
              description="Ask one of them to connect it and to open it to your role."
            />
          ) : isNetwork ? (
            <NewNetworkForm
              key={engine}
              workspaceId={workspaceId}
              engine={engine}
              ownsServer={me.person.isInstanceOwner}
            />
          ) : engine === "files" ? (
            <NewFilesForm workspaceId={workspaceId} />
          ) : (
            <Choice workspaceId={workspaceId} />
          )}
        </div>
      </div>
    </>
  );
}

function Choice({ workspaceId }: { workspaceId: string }) {
  const choices = [
    ...engines.map(({ engine, hint }) => ({ engine, mark: engine, title: engineWords[engine], hint })),
    {
      engine: "files" as const,
      mark: "duckdb" as const,
      title: "Files",
      hint: "SQLite, DuckDB, CSV, Parquet, XLSX",
    },
  ];
  return (
    <>
      <div>
        <h2 className="text-lg font-semibold text-ink">What do you want to connect?</h2>
        <p className="mt-1 text-sm text-muted">
          Connections can only read until an admin decides otherwise, and nothing of them goes to a model before you
          allow it.
        </p>
      </div>
      <ul className="flex flex-col gap-2">
        {choices.map(({ engine, mark, title, hint }) => (
          <li key={engine}>
            <Link
              to="/w/$workspaceId/query/new"
              params={{ workspaceId }}
              search={{ engine }}
              className="group flex items-center gap-3 rounded-lg border border-line p-3 transition-colors hover:border-line-control hover:bg-hover"
            >
              <EngineMark engine={mark} />
              <span className="min-w-0 flex-1">
                <span className="block text-sm font-medium text-ink">{title}</span>
                <span className="block text-xs text-muted">{hint}</span>
              </span>
              <ChevronRight aria-hidden="true" className="size-4 text-faint group-hover:text-ink" />
            </Link>
          </li>
        ))}
      </ul>
      <SampleShop workspaceId={workspaceId} />
    </>
  );
}
