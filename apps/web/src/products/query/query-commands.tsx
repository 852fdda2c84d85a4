import { type Role, roleMay } from "@mindmesh/contracts/permissions";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import Database from "lucide-react/icons/database";
import Plus from "lucide-react/icons/plus";
import RefreshCw from "lucide-react/icons/refresh-cw";
import Table2 from "lucide-react/icons/table-2";
import { useEffect } from "react";
import { setFound, usePaletteSearch } from "../../shell/command-menu.tsx";
import { useCommand } from "../../shell/commands.ts";
import { closeDrawer } from "../../shell/frame.ts";
import { schemaApi } from "./api.ts";
import { connectionsQuery, schemaQuery } from "./queries.ts";
import { findTables, writeTable } from "./schema/find-tables.ts";

const mostTables = 20;

/** Query's palette entries: making a connection, and in one the tables of its schema. Draws nothing. */
export function QueryCommands({ workspaceId, role }: { workspaceId: string; role: Role }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { connectionId } = useParams({ strict: false });
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
  useTableSearch(workspaceId, connectionId);
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
