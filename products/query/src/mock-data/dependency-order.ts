import type { MockColumn, MockTable } from "@mindmesh/contracts/query/mock-data";
import { sqlTokens } from "../sql/sql-tokens.ts";
import { nameOf } from "../sql/token-name.ts";
import { MockImpossible } from "./made-table.ts";

/** The columns of the same row that a column's generator reads. */
export function columnsRead({ generator }: MockColumn, names: readonly string[]): string[] {
  if (generator.kind === "after") return [generator.column];
  if (generator.kind === "template")
    return [...generator.template.matchAll(/\{([^}|#]+)(?:\|\w+)?\}/g)].map((match) => match[1]!);
  if (generator.kind !== "expression") return [];
  const words = new Set(sqlTokens(generator.expression).map((token) => nameOf(token).toLowerCase()));
  return names.filter((name) => words.has(name.toLowerCase()));
}

/** Columns after those that they read. @throws MockImpossible for columns that read each other */
export function inDependencyOrder(table: MockTable, columns: readonly MockColumn[]): MockColumn[] {
  const names = columns.map(({ name }) => name);
  const order: MockColumn[] = [];
  let waiting = [...columns];
  while (waiting.length > 0) {
    const isFree = (column: MockColumn) =>
      columnsRead(column, names).every((name) => name === column.name || !waiting.some((each) => each.name === name));
    const free = waiting.filter(isFree);
    if (free.length === 0) {
      const ring = waiting.map(({ name }) => name).join(", ");
      throw new MockImpossible(table, ring, "these columns are each made from another one of them");
    }
    order.push(...free);
    waiting = waiting.filter((column) => !free.includes(column));
  }
  return order;
}
