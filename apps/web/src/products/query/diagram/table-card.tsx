import type { Diagram } from "@mindmesh/contracts/query/diagram";
import { Button, IconButton } from "@mindmesh/ui";
import { Link } from "@tanstack/react-router";
import EyeOff from "lucide-react/icons/eye-off";
import Route from "lucide-react/icons/route";
import Waypoints from "lucide-react/icons/waypoints";
import X from "lucide-react/icons/x";
import { TableFinder } from "./table-finder.tsx";
import { writeTable } from "../schema/find-tables.ts";

type TableCardProps = {
  workspaceId: string;
  connectionId: string;
  diagram: Diagram;
  table: number;
  /** The places on the way to another table, when one was asked for; null: there is no way. */
  path: number[] | null | undefined;
  alone: boolean;
  onClose: () => void;
  onAlone: (alone: boolean) => void;
  onPathTo: (table: number | null) => void;
  onHide: () => void;
};

/** What of the chosen table the drawing does not say, and what can be done with it. */
export function TableCard(props: TableCardProps) {
  const { workspaceId, connectionId, diagram, path, alone } = props;
  const table = diagram.tables[props.table];
  if (!table) return null;
  const out = diagram.relations.filter(({ from }) => from === props.table).length;
  const into = diagram.relations.filter(({ to }) => to === props.table).length;
  const facts = [
    table.kind,
    `${table.columns.length} columns`,
    ...(table.rowEstimate === null ? [] : [`about ${Math.round(table.rowEstimate).toLocaleString("en")} rows`]),
    `refers to ${out}, referred to by ${into}`,
  ];
  return (
    <section
      aria-label={`Table ${table.name}`}
      className="absolute left-3 top-3 z-10 w-80 max-w-[calc(100%-1.5rem)] phone:bottom-3 phone:top-auto phone:w-auto phone:right-3 rounded-md border border-line bg-raised p-3 shadow-raised"
    >
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h2 className="truncate text-sm font-semibold text-ink">{table.name}</h2>
          <p className="text-xs text-muted">{facts.join(" · ")}</p>
        </div>
        <IconButton label="Close" icon={<X />} size="sm" onClick={props.onClose} />
      </div>
      {table.comment === null ? null : <p className="mt-2 line-clamp-3 text-xs text-muted">{table.comment}</p>}
      {path === undefined ? null : (
        <p className="mt-2 text-xs text-ink" role="status">
          {path === null
            ? "No relation leads from here to there."
            : path.map((index) => diagram.tables[index]?.name).join(" → ")}{" "}
          <button type="button" className="text-accent-ink underline" onClick={() => props.onPathTo(null)}>
            Clear
          </button>
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-1.5">
        <Button size="sm" icon={<Waypoints />} aria-pressed={alone} onClick={() => props.onAlone(!alone)}>
          {alone ? "Show all" : "Neighbours"}
        </Button>
        <TableFinder
          diagram={diagram}
          label="Way to another table"
          trigger={
            <Button size="sm" icon={<Route />}>
              Path to…
            </Button>
          }
          onChoose={props.onPathTo}
        />
        <Button size="sm" icon={<EyeOff />} onClick={props.onHide}>
          Hide
        </Button>
        <Link
          to="/w/$workspaceId/query/c/$connectionId/$section"
          params={{ workspaceId, connectionId, section: "schema" }}
          search={{ table: writeTable(table) }}
          className="inline-flex h-7 items-center rounded-sm px-2 text-xs font-medium text-accent-ink hover:underline touch:h-11"
        >
          Details
        </Link>
      </div>
    </section>
  );
}
