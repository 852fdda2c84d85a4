import { getRouteApi, Link } from "@tanstack/react-router";
import { writeTable } from "./find-tables.ts";

const route = getRouteApi("/w/$workspaceId/query/c/$connectionId/$section");

/** A table's name that leads to it within the schema of the open connection. */
export function TableLink({ table }: { table: { schema: string; name: string } }) {
  const { workspaceId, connectionId } = route.useParams();
  return (
    <Link
      to="/w/$workspaceId/query/c/$connectionId/$section"
      params={{ workspaceId, connectionId, section: "schema" }}
      search={{ table: writeTable(table) }}
      className="rounded-xs text-accent-ink underline decoration-line-control underline-offset-2 hover:decoration-current"
    >
      {table.name}
    </Link>
  );
}
