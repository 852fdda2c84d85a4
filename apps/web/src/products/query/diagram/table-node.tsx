import type { DiagramTable } from "@mindmesh/contracts/query/diagram";
import { classNames } from "@mindmesh/ui";
import type { Node, NodeProps } from "@xyflow/react";
import Eye from "lucide-react/icons/eye";
import KeyRound from "lucide-react/icons/key-round";
import Link2 from "lucide-react/icons/link-2";
import Table2 from "lucide-react/icons/table-2";
import { memo } from "react";
import { shownColumns, type ColumnMode } from "./model.ts";

export type TableNodeType = Node<{ table: DiagramTable; mode: ColumnMode; tone: "plain" | "lit" | "dim" }, "table">;

/** One table of the diagram: its name, and the columns that are asked for. */
export const TableNode = memo(function TableNode({ data, selected, width, height }: NodeProps<TableNodeType>) {
  const { table, mode, tone } = data;
  const { columns, more } = shownColumns(table, mode);
  const Icon = table.kind === "view" || table.kind === "materialized view" ? Eye : Table2;
  return (
    <div
      style={{ width, height }}
      className={classNames(
        "overflow-hidden rounded-md border bg-raised text-xs transition-opacity",
        selected || tone === "lit" ? "border-accent" : "border-line-strong",
        selected && "ring-2 ring-accent",
      )}
    >
      <div
        className={classNames(
          "flex h-[36px] items-center gap-2 px-2.5",
          columns.length > 0 && "border-b border-line",
          tone === "lit" ? "bg-accent-soft" : "bg-panel",
        )}
        title={table.comment ?? undefined}
      >
        <Icon aria-hidden="true" className="size-3.5 shrink-0 text-accent-ink" />
        <span className={classNames("truncate", tone === "dim" ? "font-medium text-muted" : "font-semibold text-ink")}>
          {table.name}
        </span>
      </div>
      {columns.map((column) => (
        <div key={column.name} className="flex h-[22px] items-center gap-1.5 px-2.5">
          <span className="flex w-3.5 shrink-0 justify-center">
            {column.primary ? (
              <KeyRound aria-label="primary key" className="size-3 text-warning-ink" />
            ) : column.foreign ? (
              <Link2 aria-label="foreign key" className="size-3 text-accent-ink" />
            ) : null}
          </span>
          <span
            className={classNames(
              "min-w-0 flex-1 truncate",
              tone === "dim" ? "text-muted" : "text-ink",
              column.primary && "font-medium",
            )}
          >
            {column.name}
          </span>
          <span className="max-w-24 shrink-0 truncate font-mono text-2xs text-faint">
            {column.type}
            {column.nullable ? "?" : ""}
          </span>
        </div>
      ))}
      {more > 0 ? (
        <div className="flex h-[22px] items-center px-2.5 pl-7 text-faint">and {more} more columns</div>
      ) : null}
    </div>
  );
});
