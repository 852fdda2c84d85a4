import type { TableName } from "@mindmesh/contracts/query/catalog";
import type { OutlineTable } from "@mindmesh/contracts/query/schema";

/** Tables that one plan takes at most; the contract says the same. */
export const mostPlanned = 500;

const keyOf = ({ schema, name }: TableName) => JSON.stringify([schema, name]);

/** The chosen tables and every table that they refer to, directly or over others. */
export function withParents(all: readonly OutlineTable[], chosen: readonly OutlineTable[]): OutlineTable[] {
  const byKey = new Map(all.map((table) => [keyOf(table), table]));
  const found = new Map<string, OutlineTable>();
  const waiting = [...chosen];
  for (let table = waiting.pop(); table; table = waiting.pop()) {
    if (found.has(keyOf(table))) continue;
    found.set(keyOf(table), table);
    for (const { to } of table.foreignKeys) {
      const parent = byKey.get(keyOf(to));
      if (parent) waiting.push(parent);
    }
  }
  return [...found.values()];
}
