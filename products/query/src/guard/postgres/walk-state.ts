import type { TextPlace } from "@mindmesh/contracts/query/engine";
import type { Access, GuardKnowledge, ObjectName } from "../guard.ts";
import { type GuardedTable, hiddenTableSentence } from "../hidden-objects.ts";
import { refuse } from "../refused.ts";
import type { FieldShape } from "./node-shapes.ts";
import { unitsOfBytes, wordsAt } from "./places.ts";
import type { Scope } from "./scope.ts";
import type { TreeNode } from "./syntax-tree.ts";

/** One way through a statement's tree, and what was met on it. */
export interface Walk {
  sql: string;
  knowledge: GuardKnowledge;
  access: Access;
  nodes: ReadonlyMap<string, ReadonlyMap<string, FieldShape>>;
  scope: Scope | null;
  depth: number;
  tables: Map<string, ObjectName & { written: boolean }>;
  functions: Map<string, ObjectName>;
  maybeCalls: Set<string>;
  types: Map<string, ObjectName>;
  operators: Map<string, ObjectName>;
}

/** Where a node stands in the text; null where the parser does not say it. The field is left out for the first byte. */
export function placeOf({ sql }: Walk, node: TreeNode): TextPlace | null {
  const bytes = (node["location"] as number | undefined) ?? 0;
  return bytes < 0 ? null : wordsAt(sql, unitsOfBytes(sql, bytes));
}

export function noteName(into: Map<string, ObjectName>, words: string[]): void {
  const name = words.at(-1) ?? "";
  const schema = words.length > 1 ? (words.at(-2) ?? null) : null;
  into.set(`${schema ?? ""}.${name}`, { schema, name });
}

/** @throws Refused where a whole table is hidden, or nobody knows which of its columns are not */
export function demandKnown(walk: Walk, table: GuardedTable, place: TextPlace | null): void {
  if (table.hidden === "table") refuse(walk.sql, place, hiddenTableSentence(table), "Ask an admin who may show it.");
  if (table.visible === null) {
    refuse(
      walk.sql,
      place,
      `Some columns of ${table.schema}.${table.name} are hidden here, and its other columns are not known yet.`,
      "Read the schema of this connection again, then run it.",
    );
  }
}
