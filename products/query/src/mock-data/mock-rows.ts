import type { CatalogTable, TableName } from "@mindmesh/contracts/query/catalog";
import type { MockPlan, MockTable } from "@mindmesh/contracts/query/mock-data";
import { type LateRow, lateRows } from "./late-rows.ts";
import { countedColumn, type MadeTable, MockImpossible, type MockValue, placeOfTable } from "./made-table.ts";
import { openMeanings } from "./meaning-pool.ts";
import { orderTables } from "./order-tables.ts";
import { tableMaker } from "./table-maker.ts";

export type MockPart =
  /** `columns`: those that are made, in the order of the values; what is left to the database is not among them. */
  | { type: "table"; table: MockTable; catalog: CatalogTable; columns: string[] }
  | { type: "rows"; rows: MockValue[][] }
  /** References that could only be set once the other table was there, found by the key of their row. */
  | { type: "late"; table: MockTable; catalog: CatalogTable; columns: string[]; key: string[]; rows: LateRow[] };

const batchRows = 1_000;

/**
 * Makes the rows of a plan, parents before children, the same for the same plan and catalogue. Every row keeps NOT NULL, unique
 * keys and checks of its table and refers to rows that are there.
 * @param plan without problems (`findProblems`)
 * @throws MockImpossible when no row can be found that keeps a constraint
 */
export async function* makeMockRows(plan: MockPlan, tables: readonly CatalogTable[]): AsyncGenerator<MockPart> {
  const catalogs = new Map(tables.map((table) => [placeOfTable(table), table]));
  const catalogOf = (table: TableName) => {
    const catalog = catalogs.get(placeOfTable(table));
    if (catalog === undefined) throw new MockImpossible(table, table.name, "the table is not in the schema");
    return catalog;
  };
  const meaningsOf = await openMeanings(plan.locale, plan.seed);
  const { order, late } = orderTables(plan.tables, catalogOf);
  const kept = keptColumns(
    plan,
    late.map(({ table }) => catalogOf(table)),
  );
  // In a ring a row may refer to one that is made later, if its key is counted.
  const made = new Map<string, MadeTable>(
    plan.tables.map((table) => [
      placeOfTable(table),
      { rows: table.rows, column: (name) => countedColumn(table, name) },
    ]),
  );
  for (const table of order) {
    const place = placeOfTable(table);
    const catalog = catalogOf(table);
    const waiting = new Set(late.filter((each) => each.table === table).map(({ reference }) => reference));
    const parts = {
      seed: plan.seed,
      table,
      catalog,
      made,
      meaningsOf,
      late: waiting,
      kept: kept.get(place) ?? new Set(),
    };
    const maker = tableMaker(parts);
    made.set(place, maker.made);
    yield { type: "table", table, catalog, columns: maker.columns };
    for (let row = 0; row < table.rows; row += batchRows) {
      yield { type: "rows", rows: maker.next(Math.min(batchRows, table.rows - row)) };
    }
  }
  for (const { table, reference } of late) {
    const catalog = catalogOf(table);
    const key = catalog.primaryKey?.columns ?? [];
    const columns = table.references[reference]?.columns ?? [];
    for (const rows of lateRows({ seed: plan.seed, table, reference, key, made, batchRows })) {
      yield { type: "late", table, catalog, columns, key, rows };
    }
  }
}

/** The columns of each table that other ones look at, and the keys by which late references find their rows. */
function keptColumns(plan: MockPlan, late: CatalogTable[]): Map<string, Set<string>> {
  const kept = new Map<string, Set<string>>();
  const keep = (table: TableName, columns: readonly string[]) => {
    const place = placeOfTable(table);
    const known = kept.get(place) ?? new Set();
    for (const column of columns) known.add(column);
    kept.set(place, known);
  };
  for (const table of plan.tables) {
    for (const { to, toColumns } of table.references) keep(to, toColumns);
    for (const { generator } of table.columns) {
      const to = generator.kind === "copy" ? table.references[generator.reference]?.to : undefined;
      if (generator.kind === "copy" && to) keep(to, [generator.column]);
    }
  }
  for (const table of late) keep(table, table.primaryKey?.columns ?? []);
  return kept;
}
