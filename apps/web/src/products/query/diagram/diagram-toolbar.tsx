import type { Diagram } from "@mindmesh/contracts/query/diagram";
import { Button, DropdownMenu, IconButton, SegmentedControl, Select, Spinner } from "@mindmesh/ui";
import Download from "lucide-react/icons/download";
import Eye from "lucide-react/icons/eye";
import Maximize from "lucide-react/icons/maximize";
import Minus from "lucide-react/icons/minus";
import Plus from "lucide-react/icons/plus";
import RotateCcw from "lucide-react/icons/rotate-ccw";
import Search from "lucide-react/icons/search";
import { columnModes, type ColumnMode } from "./model.ts";
import { TableFinder } from "./table-finder.tsx";

const everySchema = "*";

type DiagramToolbarProps = {
  diagram: Diagram;
  shown: number;
  hidden: number;
  busy: boolean;
  mode: ColumnMode;
  schema: string | null;
  onMode: (mode: ColumnMode) => void;
  onSchema: (schema: string | null) => void;
  onFind: (table: number) => void;
  onShowHidden: () => void;
  onArrange: () => void;
  onFit: () => void;
  onZoom: (by: 1 | -1) => void;
  onExport: (format: "svg" | "png" | "dbml" | "mermaid" | "sql") => void;
};

/** What can be done with the whole diagram. */
export function DiagramToolbar(props: DiagramToolbarProps) {
  const { diagram, shown, hidden, busy, mode, schema } = props;
  const schemas = [...new Set(diagram.tables.map((table) => table.schema))].toSorted();
  const menu = [
    { label: "Picture (SVG)", onSelect: () => props.onExport("svg") },
    { label: "Picture (PNG)", onSelect: () => props.onExport("png") },
    { kind: "separator" as const },
    { label: "DBML", onSelect: () => props.onExport("dbml") },
    { label: "Mermaid", onSelect: () => props.onExport("mermaid") },
    { label: "SQL statements", onSelect: () => props.onExport("sql") },
  ];
  return (
    <div
      role="toolbar"
      aria-label="Diagram"
      className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2 phone:px-3"
    >
      <TableFinder
        diagram={diagram}
        label="Find a table"
        trigger={
          <Button size="sm" icon={<Search />}>
            Find
          </Button>
        }
        onChoose={props.onFind}
      />
      <SegmentedControl label="Columns" value={mode} options={columnModes} onValueChange={props.onMode} />
      {schemas.length > 1 ? (
        <div className="w-44">
          <Select
            aria-label="Schema"
            value={schema ?? everySchema}
            options={[
              { value: everySchema, label: "All schemas" },
              ...schemas.map((name) => ({ value: name, label: name })),
            ]}
            onValueChange={(value) => props.onSchema(value === everySchema ? null : value)}
          />
        </div>
      ) : null}
      {hidden > 0 ? (
        <Button size="sm" variant="ghost" icon={<Eye />} onClick={props.onShowHidden}>
          Show {hidden} hidden
        </Button>
      ) : null}
      <span className="ml-auto flex items-center gap-2 text-xs text-muted" role="status">
        {busy ? (
          <>
            <Spinner className="size-3.5" /> Arranging
          </>
        ) : (
          `${shown.toLocaleString("en")} ${shown === 1 ? "table" : "tables"}`
        )}
      </span>
      <div className="flex items-center">
        <IconButton label="Zoom out" icon={<Minus />} size="sm" onClick={() => props.onZoom(-1)} />
        <IconButton label="Zoom in" icon={<Plus />} size="sm" onClick={() => props.onZoom(1)} />
        <IconButton label="Show everything" icon={<Maximize />} size="sm" onClick={props.onFit} />
        <IconButton label="Arrange anew" icon={<RotateCcw />} size="sm" onClick={props.onArrange} />
        <DropdownMenu entries={menu} align="end">
          <IconButton label="Export" icon={<Download />} size="sm" />
        </DropdownMenu>
      </div>
    </div>
  );
}
