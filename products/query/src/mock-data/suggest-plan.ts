import type { Catalog, CatalogColumn, CatalogTable, InferredKey } from "@mindmesh/contracts/query/catalog";
import type { MockColumn, MockLocale, MockPlan, MockReference, MockTable } from "@mindmesh/contracts/query/mock-data";
import { boundsOf } from "./checks/bounds.ts";
import { placeOfTable } from "./made-table.ts";
import { readChecks } from "./row-checks.ts";
import { suggestGenerator } from "./suggest-generator.ts";

export interface PlanWishes {
  seed: number;
  locale: MockLocale;
  /** Rows of a table when nothing else says how many. */
  rows: number;
  /** The day that "until now" means, `2026-01-31`. */
  today: string;
}

/**
 * A plan for tables as a person would fill them: by type, name, keys, checks and, where they are known, statistics of each column.
 * @param inferred keys that nobody declared, of which confirmed ones are kept, too
 */
export function suggestPlan(
  catalog: Pick<Catalog, "tables">,
  wishes: PlanWishes,
  inferred: readonly Pick<InferredKey, "from" | "columns" | "to" | "toColumns" | "decision">[] = [],
): MockPlan {
  const tables = catalog.tables.filter(({ kind }) => kind === "table" || kind === "partitioned table");
  const known = new Set(tables.map(placeOfTable));
  return {
    seed: wishes.seed,
    locale: wishes.locale,
    tables: tables.map((table): MockTable => {
      const references = referencesOf(table, inferred).filter(({ to }) => known.has(placeOfTable(to)));
      return {
        schema: table.schema,
        name: table.name,
        rows: wishes.rows,
        references,
        columns: columnsOf(table, references, wishes),
      };
    }),
  };
}

function referencesOf(
  table: CatalogTable,
  inferred: readonly Pick<InferredKey, "from" | "columns" | "to" | "toColumns" | "decision">[],
): MockReference[] {
  const confirmed = inferred.filter(
    ({ from, decision }) => decision === "confirmed" && from.schema === table.schema && from.name === table.name,
  );
  const seen = new Set<string>();
  return [...table.foreignKeys, ...confirmed].flatMap(({ columns, to, toColumns }): MockReference[] => {
    // The same key declared twice is one reference; two keys between the same tables are two.
    const place = JSON.stringify([columns, to, toColumns]);
    if (seen.has(place) || columns.length === 0 || columns.length !== toColumns.length) return [];
    seen.add(place);
    const isFree = columns.every((name) => table.columns.find((column) => column.name === name)?.nullable ?? false);
    const share = table.columns.find(({ name }) => name === columns[0])?.statistics?.nullShare ?? 0.2;
    return [
      {
        columns,
        to: { schema: to.schema, name: to.name },
        toColumns,
        distribution: { shape: "zipf", exponent: 0.6 },
        nullShare: isFree ? share : 0,
      },
    ];
  });
}

function columnsOf(table: CatalogTable, references: readonly MockReference[], wishes: PlanWishes): MockColumn[] {
  const checks = readChecks(table).flatMap((check) => ("expression" in check ? [check.expression] : []));
  const bounds = boundsOf(checks);
  const names = table.columns.map(({ name }) => name);
  return table.columns.map((column): MockColumn => {
    const reference = references.findIndex(({ columns }) => columns.includes(column.name));
    if (reference !== -1) return { name: column.name, generator: { kind: "reference", reference }, nullShare: 0 };
    return {
      name: column.name,
      generator: suggestGenerator({
        column,
        table: table.name,
        names,
        bounds: bounds.get(column.name) ?? null,
        isKey: isKey(table, column.name),
        isPrimary: table.primaryKey?.columns.length === 1 && table.primaryKey.columns[0] === column.name,
        today: wishes.today,
        statistics: column.statistics,
      }),
      nullShare: nullShareOf(table, column),
    };
  });
}

/** Alone a key: no value may come twice. */
const isKey = (table: CatalogTable, column: string) =>
  [table.primaryKey, ...table.uniqueKeys].some((key) => key?.columns.length === 1 && key.columns[0] === column);

function nullShareOf(table: CatalogTable, { name, nullable, statistics }: CatalogColumn): number {
  if (!nullable || table.primaryKey?.columns.includes(name)) return 0;
  return statistics?.nullShare ?? 0.1;
}
