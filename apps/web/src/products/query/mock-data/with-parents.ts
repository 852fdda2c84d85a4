import type { OutlineTable } from "@mindmesh/contracts/query/schema";
import { tableKey } from "../diagram/model.ts";

/** The chosen tables and every table that they refer to, directly or over others. */
export function withParents(all: readonly OutlineTable[], chosen: readonly OutlineTable[]): OutlineTable[] {
  const byKey = new Map(all.map((table) => [tableKey(table), table]));
  const found = new Map<string, OutlineTable>();
  const waiting = [...chosen];
  for (let table = waiting.pop(); table; table = waiting.pop()) {
    if (found.has(tableKey(table))) continue;
    found.set(tableKey(table), table);
    for (const { to } of table.foreignKeys) {
      const parent = byKey.get(tableKey(to));
      if (parent) waiting.push(parent);
    }
  }
  return [...found.values()];
}
