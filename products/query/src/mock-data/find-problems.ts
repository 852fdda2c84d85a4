import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { MockPlan, MockProblem, MockTable } from "@mindmesh/contracts/query/mock-data";
import { MockImpossible, placeOfTable } from "./made-table.ts";
import { orderTables } from "./order-tables.ts";
import { readChecks } from "./row-checks.ts";

/** Why a plan cannot be carried out, as far as that can be seen before a row is made. Empty: it can be tried. */
export function findProblems(plan: MockPlan, tables: readonly CatalogTable[]): MockProblem[] {
  const catalogs = new Map(tables.map((table) => [placeOfTable(table), table]));
  const planned = new Map(plan.tables.map((table) => [placeOfTable(table), table]));
  const problems = plan.tables.flatMap((table) => {
    const catalog = catalogs.get(placeOfTable(table));
    if (catalog === undefined)
      return [problemOf(table, table.name, "The table is not in the schema. Read the schema anew.")];
    return [
      ...checkProblems(table, catalog),
      ...columnProblems(table, catalog),
      ...referenceProblems(table, catalog, planned),
    ];
  });
  if (problems.length > 0) return problems;
  try {
    orderTables(plan.tables, (table) => catalogs.get(placeOfTable(table))!);
    return [];
  } catch (error) {
    if (error instanceof MockImpossible) return [error.problem];
    throw error;
  }
}

const problemOf = ({ schema, name }: MockTable, part: string, reason: string): MockProblem => ({
  table: { schema, name },
  part,
  reason,
});

function checkProblems(table: MockTable, catalog: CatalogTable): MockProblem[] {
  return readChecks(catalog).flatMap((check) =>
    "reason" in check
      ? [
          problemOf(
            table,
            check.name,
            `This check cannot be solved here: ${check.reason}. Leave the table out, or fill it with a script of your own.`,
          ),
        ]
      : [],
  );
}

function columnProblems(table: MockTable, catalog: CatalogTable): MockProblem[] {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  return catalog.columns.flatMap((column) => {
    const { name, nullable, generated, default: fallback } = column;
    const planned = byName.get(name);
    const isLeftOut = planned === undefined || planned.generator.kind === "database";
    if (isLeftOut) {
      const isFilled = nullable || generated !== null || fallback !== null;
      return isFilled
        ? []
        : [problemOf(table, name, `No value is made for it, and it may not be NULL (${column.type}).`)];
    }
    if (planned.generator.kind === "null" && !nullable) return [problemOf(table, name, "It may not be NULL.")];
    if (generated === "computed")
      return [problemOf(table, name, "The database computes it: leave it to the database.")];
    const isKey = [catalog.primaryKey, ...catalog.uniqueKeys].some(
      (key) => key?.columns.length === 1 && key.columns[0] === name,
    );
    const { generator } = planned;
    const different =
      generator.kind === "list"
        ? generator.values.length
        : generator.kind === "integer"
          ? generator.maximum - generator.minimum + 1
          : generator.kind === "boolean"
            ? 2
            : Infinity;
    if (isKey && different < table.rows) {
      return [
        problemOf(table, name, `Each value may come once, and there are only ${different} for ${table.rows} rows.`),
      ];
    }
    return [];
  });
}

function referenceProblems(table: MockTable, catalog: CatalogTable, planned: Map<string, MockTable>): MockProblem[] {
  return table.references.flatMap((reference) => {
    const part = reference.columns.join(", ");
    const to = planned.get(placeOfTable(reference.to));
    const isFree = reference.columns.every(
      (name) => catalog.columns.find((column) => column.name === name)?.nullable ?? false,
    );
    if (table.rows === 0) return [];
    if (to === undefined) {
      return isFree
        ? []
        : [problemOf(table, part, `It refers to ${reference.to.name}, which is not in the plan. Add it.`)];
    }
    if (to.rows === 0 && !isFree)
      return [problemOf(table, part, `It refers to ${reference.to.name}, of which no rows are made.`)];
    const isKey = [catalog.primaryKey, ...catalog.uniqueKeys].some(
      (key) =>
        key !== null &&
        key.columns.length === reference.columns.length &&
        reference.columns.every((name) => key.columns.includes(name)),
    );
    const isTooFew = isKey && to !== table && table.rows > to.rows && !isFree;
    return isTooFew
      ? [
          problemOf(
            table,
            part,
            `Each row of ${reference.to.name} may be referred to once, and it has ${to.rows} for ${table.rows} rows.`,
          ),
        ]
      : [];
  });
}
