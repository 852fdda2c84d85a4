import type { CatalogTable, TableName } from "@mindmesh/contracts/query/catalog";
import type { MockTable } from "@mindmesh/contracts/query/mock-data";
import { countedColumn, MockImpossible, placeOfTable } from "./made-table.ts";

export interface TableOrder {
  /** Parents first. */
  order: MockTable[];
  /** References that go against the order: set once all rows are there. */
  late: { table: MockTable; reference: number }[];
}

/**
 * Orders tables so that each comes after those that it refers to. In a ring a reference that may be NULL waits; else one that the
 * database checks at the end of the transaction goes ahead to rows whose keys are counted, and so known before they are made. A row
 * may refer to its own table, as the maker of rows sees to.
 * @throws MockImpossible for a ring in which no reference can do either
 */
export function orderTables(tables: readonly MockTable[], catalogOf: (table: TableName) => CatalogTable): TableOrder {
  const byPlace = new Map(tables.map((table) => [placeOfTable(table), table]));
  const order: MockTable[] = [];
  const late: TableOrder["late"] = [];
  const ahead: TableOrder["late"] = [];
  let waiting = [...tables];
  const isLoose = (table: MockTable, reference: number) =>
    [...late, ...ahead].some((each) => each.table === table && each.reference === reference);
  const blockedBy = (table: MockTable) =>
    table.references.flatMap(({ to }, reference) => {
      const other = byPlace.get(placeOfTable(to));
      const waits = other !== undefined && other !== table && waiting.includes(other) && !isLoose(table, reference);
      return waits ? [reference] : [];
    });

  while (waiting.length > 0) {
    const free = waiting.filter((table) => blockedBy(table).length === 0);
    if (free.length > 0) {
      order.push(...free);
      waiting = waiting.filter((table) => !free.includes(table));
      continue;
    }
    const loosened = loosest(waiting, blockedBy, (table, reference) => mayWait(table, reference, catalogOf));
    if (loosened !== null) {
      late.push(...loosened);
      continue;
    }
    const deferred = loosest(waiting, blockedBy, (table, reference) =>
      mayGoAhead(table, reference, byPlace, catalogOf),
    );
    if (deferred === null) {
      const [first] = waiting;
      const ring = waiting.map(({ name }) => name).join(", ");
      const keys = waiting.flatMap((table) =>
        blockedBy(table).map((reference) => `${table.name} (${table.references[reference]?.columns.join(", ")})`),
      );
      throw new MockImpossible(
        first!,
        "foreign keys",
        `${ring} refer to each other in a ring, and none of its references may be NULL or is DEFERRABLE to a counted key: ${keys.join(", ")}`,
      );
    }
    ahead.push(...deferred);
  }
  return { order, late };
}

/** The table that can go first by the fewest references that are let loose, with these; null: none can. */
function loosest(
  waiting: readonly MockTable[],
  blockedBy: (table: MockTable) => number[],
  isLoose: (table: MockTable, reference: number) => boolean,
): TableOrder["late"] | null {
  const candidates = waiting.flatMap((table) => {
    const references = blockedBy(table);
    const may = references.every((reference) => isLoose(table, reference));
    return may ? [references.map((reference) => ({ table, reference }))] : [];
  });
  return candidates.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

function mayWait(table: MockTable, reference: number, catalogOf: (table: TableName) => CatalogTable): boolean {
  const catalog = catalogOf(table);
  const columns = table.references[reference]?.columns ?? [];
  const isKey = columns.some((name) => catalog.primaryKey?.columns.includes(name));
  const isFree = columns.every((name) => catalog.columns.find((column) => column.name === name)?.nullable ?? true);
  // Without a key its row is not found again.
  return isFree && !isKey && catalog.primaryKey !== null;
}

function mayGoAhead(
  table: MockTable,
  reference: number,
  planned: ReadonlyMap<string, MockTable>,
  catalogOf: (table: TableName) => CatalogTable,
): boolean {
  const { columns, to, toColumns } = table.references[reference] ?? { columns: [], to: table, toColumns: [] };
  const other = planned.get(placeOfTable(to));
  const key = catalogOf(table).foreignKeys.find((each) => each.columns.join("\0") === columns.join("\0"));
  // What the database knows no key for it does not check either.
  const isChecked = key !== undefined && key.deferrable !== true;
  return !isChecked && toColumns.every((name) => countedColumn(other, name) !== null);
}
