import type { Diagram, DiagramArrangement, DiagramRelation, DiagramTable } from "@mindmesh/contracts/query/diagram";
import type { Area } from "./layout.ts";
import { boundsOf, boxOf, tableKey, type ColumnMode } from "./model.ts";
import type { LaidOut } from "./use-layout.ts";

export interface DrawnTable extends Area {
  index: number;
  key: string;
  table: DiagramTable;
}

/** Everything that is drawn, with its place: the same for the page, the overview and exported pictures. */
export interface Drawn {
  mode: ColumnMode;
  tables: DrawnTable[];
  byIndex: Map<number, DrawnTable>;
  relations: DiagramRelation[];
  groups: (Area & { name: string })[];
}

/** Puts tables where the layout says, or where the person has put them. */
export function drawnOf(
  diagram: Diagram,
  { selection, mode, layout }: LaidOut,
  kept: DiagramArrangement["positions"],
): Drawn {
  const tables = selection.tables.flatMap((index, at): DrawnTable[] => {
    const table = diagram.tables[index];
    const place = layout.places[at];
    if (!table || !place) return [];
    const key = tableKey(table);
    const { width, height } = boxOf(table, mode);
    return [{ index, key, table, width, height, ...(kept[key] ?? place) }];
  });
  return {
    mode,
    tables,
    byIndex: new Map(tables.map((each) => [each.index, each])),
    relations: selection.relations,
    groups: layout.groups.map((group) => groupAround(group, tables)),
  };
}

const padding = 32;
const title = 40;

/** A group grows and shrinks with what the person moves. */
function groupAround(group: Area & { name: string }, tables: readonly DrawnTable[]) {
  const bounds = boundsOf(tables.filter(({ table }) => table.schema === group.name));
  if (!bounds) return group;
  return {
    name: group.name,
    x: bounds.x - padding,
    y: bounds.y - padding - title,
    width: bounds.width + 2 * padding,
    height: bounds.height + 2 * padding + title,
  };
}
