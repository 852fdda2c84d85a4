import type { CatalogTable, TableName } from "@mindmesh/contracts/query/catalog";
import type { MockTable } from "@mindmesh/contracts/query/mock-data";
import { MockImpossible, placeOfTable } from "./made-table.ts";

export interface TableOrder {
  /** Parents first. */
  order: MockTable[];
  /** References that go against the order: set once all rows are there. */
  late: { table: MockTable; reference: number }[];
}

/**
 * Orders tables so that each comes after those that it refers to. In a ring a reference that may be NULL waits; a row may refer to
 * its own table, as the maker of rows sees to.
 * @throws MockImpossible for a ring in which every reference is NOT NULL
 */
export function orderTables(tables: readonly MockTable[], catalogOf: (table: TableName) => CatalogTable): TableOrder {
  const byPlace = new Map(tables.map((table) => [placeOfTable(table), table]));
  const order: MockTable[] = [];
  const late: TableOrder["late"] = [];
  let waiting = [...tables];
  const isLate = (table: MockTable, reference: number) =>
    late.some((each) => each.table === table && each.reference === reference);
  const blockedBy = (table: MockTable) =>
    table.references.flatMap(({ to }, reference) => {
      const other = byPlace.get(placeOfTable(to));
      const waits = other !== undefined && other !== table && waiting.includes(other) && !isLate(table, reference);
      return waits ? [reference] : [];
    });

  while (waiting.length > 0) {
    const free = waiting.filter((table) => blockedBy(table).length === 0);
    if (free.length > 0) {
      order.push(...free);
      waiting = waiting.filter((table) => !free.includes(table));
      continue;
    }
    const loosened = loosest(waiting, blockedBy, catalogOf);
    if (loosened === null) {
      const [first] = waiting;
      const ring = waiting.map(({ name }) => name).join(", ");
      throw new MockImpossible(
        first!,
        "foreign keys",
        `${ring} refer to each other in a ring, and no reference in it may be NULL`,
      );
    }
    late.push(...loosened);
  }
  return { order, late };
}

/** The table that can go first by the fewest references set later, with these. */
function loosest(
  waiting: readonly MockTable[],
  blockedBy: (table: MockTable) => number[],
  catalogOf: (table: TableName) => CatalogTable,
): TableOrder["late"] | null {
  const candidates = waiting.flatMap((table) => {
    const catalog = catalogOf(table);
    const references = blockedBy(table);
    const mayWait = (reference: number) => {
      const columns = table.references[reference]?.columns ?? [];
      const isKey = columns.some((name) => catalog.primaryKey?.columns.includes(name));
      const isFree = columns.every((name) => catalog.columns.find((column) => column.name === name)?.nullable ?? true);
      // Without a key its row is not found again.
      return isFree && !isKey && catalog.primaryKey !== null;
    };
    return references.every(mayWait) ? [references.map((reference) => ({ table, reference }))] : [];
  });
  return candidates.toSorted((a, b) => a.length - b.length)[0] ?? null;
}
