import type { DiagramRelation } from "@mindmesh/contracts/query/diagram";
import type { DiagramTable } from "@mindmesh/contracts/query/diagram";
import type { Area } from "./layout.ts";
import { measures, shownColumns, type ColumnMode } from "./model.ts";

export interface RelationLine {
  path: string;
  /** Where it leaves and arrives, and on which sides (-1 left, 1 right). */
  from: { x: number; y: number; side: -1 | 1 };
  to: { x: number; y: number; side: -1 | 1 };
}

/** The vertical middle of a column's row in its table, from the table's top; of the header when the row is not drawn. */
function rowMiddle(table: DiagramTable, mode: ColumnMode, column: string | undefined): number {
  const at = shownColumns(table, mode).columns.findIndex(({ name }) => name === column);
  return at === -1 ? measures.header / 2 : measures.header + (at + 0.5) * measures.row;
}

/** The curve of a relation between two drawn tables, from the sides that face each other. */
export function relationLine(
  relation: DiagramRelation,
  from: Area & { table: DiagramTable },
  to: Area & { table: DiagramTable },
  mode: ColumnMode,
): RelationLine {
  const [fromSide, toSide]: [-1 | 1, -1 | 1] =
    from.x + from.width < to.x ? [1, -1] : to.x + to.width < from.x ? [-1, 1] : [1, 1];
  const start = {
    x: fromSide === 1 ? from.x + from.width : from.x,
    y: from.y + rowMiddle(from.table, mode, relation.columns[0]),
    side: fromSide,
  };
  const end = {
    x: toSide === 1 ? to.x + to.width : to.x,
    y: to.y + rowMiddle(to.table, mode, relation.toColumns[0]),
    side: toSide,
  };
  const reach = Math.max(40, Math.abs(end.x - start.x) / 2);
  const bent = (x: number, side: -1 | 1) => x + side * (fromSide === toSide ? Math.min(reach, 90) : reach);
  return {
    path: `M ${start.x} ${start.y} C ${bent(start.x, fromSide)} ${start.y}, ${bent(end.x, toSide)} ${end.y}, ${end.x} ${end.y}`,
    from: start,
    to: end,
  };
}

/** The marks of crow's foot notation at both ends, as path data. */
export function endMarks(relation: DiagramRelation, { from, to }: RelationLine): string {
  const bar = ({ x, y, side }: RelationLine["from"], at: number) => `M ${x + side * at} ${y - 5} v 10`;
  const circle = ({ x, y, side }: RelationLine["from"], at: number) =>
    `M ${x + side * at - 4} ${y} a 4 4 0 1 0 8 0 a 4 4 0 1 0 -8 0`;
  const foot = ({ x, y, side }: RelationLine["from"]) =>
    `M ${x} ${y - 5} L ${x + side * 9} ${y} L ${x} ${y + 5} M ${x} ${y} H ${x + side * 9}`;
  const many = relation.single ? bar(from, 7) : foot(from);
  return [many, circle(from, 14), bar(to, 6), relation.optional ? circle(to, 13) : bar(to, 10)].join(" ");
}
