import { type Role, roleMay } from "@mindmesh/contracts/permissions";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import BellRing from "lucide-react/icons/bell-ring";
import Database from "lucide-react/icons/database";
import LayoutDashboard from "lucide-react/icons/layout-dashboard";
import Plus from "lucide-react/icons/plus";
import RefreshCw from "lucide-react/icons/refresh-cw";
import Table2 from "lucide-react/icons/table-2";
import { useEffect, type ReactNode } from "react";
import { setFound, usePaletteSearch } from "../../shell/command-menu.tsx";
import { useCommand } from "../../shell/commands.ts";
import { closeDrawer } from "../../shell/frame.ts";
import { schemaApi } from "./api.ts";
import { connectionsQuery, schemaQuery } from "./queries.ts";
import { firstSection, sectionsFor } from "./sections.tsx";
import { findTables, writeTable } from "./schema/find-tables.ts";

const mostTables = 20;

/** Query's palette entries: its pages, the connections, and in one its sections and the tables of its schema. Draws nothing. */
export function QueryCommands({ workspaceId, role }: { workspaceId: string; role: Role }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { connectionId, section } = useParams({ strict: false });
  useCommand(
    roleMay(role, "query.manage")
      ? {
          id: "query.new-connection",
          title: "Connect a database",
          group: "Query",
          keywords: ["new connection"],
          icon: <Plus />,
          run: () => void navigate({ to: "/w/$workspaceId/query/new", params: { workspaceId } }),
        }
      : null,
  );
  useCommand({
    id: "query.connections",
    title: "All connections",
    group: "Query",
    icon: <Database />,
    run: () => void navigate({ to: "/w/$workspaceId/query", params: { workspaceId } }),
  });
  useCommand(
    connectionId !== undefined && roleMay(role, "query.develop")
      ? {
          id: "query.refresh-schema",
          title: "Read the schema anew",
          group: "Query",
          icon: <RefreshCw />,
          run: () => {
            void schemaApi
              .refreshSchema({ params: { workspaceId, connectionId } })
              .finally(() => queryClient.invalidateQueries(connectionsQuery(workspaceId)));
          },
        }
      : null,
  );
  useCommand({
    id: "query.dashboards",
    title: "Dashboards",
    group: "Query",
    icon: <LayoutDashboard />,
    run: () => void navigate({ to: "/w/$workspaceId/query/dashboards", params: { workspaceId } }),
  });
  useCommand({
    id: "query.alerts",
    title: "Alerts",
    group: "Query",
    icon: <BellRing />,
    run: () => void navigate({ to: "/w/$workspaceId/query/alerts", params: { workspaceId } }),
  });
  useTableSearch(workspaceId, connectionId);
  const connections = useQuery({ ...connectionsQuery(workspaceId), enabled: roleMay(role, "query.use") }).data ?? [];
  const open = connections.find(({ id }) => id === connectionId);
  return (
    <>
      {open
        ? sectionsFor(role).map(({ slug, title, Icon }) => (
            <GoTo
              key={slug}
              id={`query.section.${slug}`}
              title={`${open.name}: ${title}`}
              group="Query"
              icon={<Icon />}
              place={{ workspaceId, connectionId: open.id, section: slug }}
            />
          ))
        : null}
      {connections
        .filter(({ id }) => id !== connectionId)
        .map(({ id, name }) => (
          <GoTo
            key={id}
            id={`query.connection.${id}`}
            title={name}
            group="Connections"
            icon={<Database />}
            place={{ workspaceId, connectionId: id, section: section ?? firstSection(role) }}
          />
        ))}
    </>
  );
}

type GoToProps = {
  id: string;
  title: string;
  group: string;
  icon: ReactNode;
  place: { workspaceId: string; connectionId: string; section: string };
};

/** One palette entry that leads to a section of a connection. */
function GoTo({ place, ...entry }: GoToProps) {
  const navigate = useNavigate();
  useCommand({
    ...entry,
    run: () => {
      closeDrawer();
      void navigate({ to: "/w/$workspaceId/query/c/$connectionId/$section", params: place });
    },
  });
  return null;
}

/** Finds tables of the open connection for what is typed into the palette. */
function useTableSearch(workspaceId: string, connectionId: string | undefined) {
  const navigate = useNavigate();
  const words = usePaletteSearch((palette) => palette.query.trim());
  const asked = connectionId !== undefined && words !== "";
  const { data } = useQuery({ ...schemaQuery(workspaceId, connectionId ?? ""), enabled: asked });
  useEffect(() => {
    const tables = asked && data ? findTables(data.tables, words).slice(0, mostTables) : [];
    const items = tables.map(({ schema, name, comment }) => ({
      id: `table/${schema}/${name}`,
      title: name,
      group: "Tables",
      icon: <Table2 />,
      hint: [schema, comment].filter(Boolean).join(" · "),
      found: true,
      run: () => {
        closeDrawer();
        void navigate({
          to: "/w/$workspaceId/query/c/$connectionId/$section",
          params: { workspaceId, connectionId: connectionId ?? "", section: "schema" },
          search: { table: writeTable({ schema, name }) },
        });
      },
    }));
    setFound("query", { items, busy: false });
    return () => setFound("query", { items: [], busy: false });
  }, [asked, connectionId, data, navigate, words, workspaceId]);
}
