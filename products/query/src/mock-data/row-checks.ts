import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { MockTable } from "@mindmesh/contracts/query/mock-data";
import { evaluatorOf } from "./checks/evaluate-expression.ts";
import { columnsIn, type Expression, NotUnderstood } from "./checks/expression.ts";
import { parseExpression } from "./checks/parse-expression.ts";
import { MockImpossible, type MockValue } from "./made-table.ts";

/** A check of a table: understood, or why not. */
export type ReadCheck = { name: string } & ({ expression: Expression; columns: string[] } | { reason: string });

/** Reads the checks of a table. */
export function readChecks(catalog: CatalogTable): ReadCheck[] {
  const names = catalog.columns.map(({ name }) => name);
  return catalog.checks.map(({ name, expression: sql }): ReadCheck => {
    const check = { name: name ?? `CHECK (${sql})` };
    try {
      const expression = parseExpression(sql, names);
      evaluatorOf(expression, names);
      return { ...check, expression, columns: columnsIn(expression) };
    } catch (error) {
      if (error instanceof NotUnderstood) return { ...check, reason: error.message };
      throw error;
    }
  });
}

/** What proves a row against the checks of its table. @throws MockImpossible for a check that is not understood */
export function rowChecks(catalog: CatalogTable, names: readonly string[], table: MockTable) {
  const checks = readChecks(catalog).flatMap((check) => {
    if ("reason" in check) throw new MockImpossible(table, check.name, check.reason);
    // What the database fills by itself is not known here; it keeps its own defaults.
    if (!check.columns.every((column) => names.includes(column))) return [];
    const { name, columns, expression } = check;
    const pair = orderedPair(expression, names);
    return [
      {
        name,
        columns,
        holds: evaluatorOf(expression, names, numberColumns(catalog)),
        exchange: (row: MockValue[]) => exchange(row, pair),
      },
    ];
  });
  return {
    /** The first check that a row breaks; unknown (NULL) is let through, as in SQL. */
    broken(row: readonly MockValue[]) {
      for (const check of checks) {
        const value = check.holds(row);
        if (value === false || value === 0) return check;
      }
      return null;
    },
  };
}

/** Columns that compare as numbers. */
export const numberColumns = (catalog: Pick<CatalogTable, "columns">): ReadonlySet<string> =>
  new Set(catalog.columns.flatMap(({ name, kind }) => (["integer", "decimal", "float"].includes(kind) ? [name] : [])));

/** The places of two columns that are compared with each other and nothing else. */
function orderedPair(expression: Expression, names: readonly string[]): [number, number] | null {
  if (expression.is !== "both" || !/^[<>]=?$/.test(expression.operator)) return null;
  const { left, right } = expression;
  if (left.is !== "column" || right.is !== "column") return null;
  return [names.indexOf(left.name), names.indexOf(right.name)];
}

/** Two values in the wrong order are in the right one when they change places. */
function exchange(row: MockValue[], pair: [number, number] | null): boolean {
  if (pair === null) return false;
  const [first, second] = pair;
  const value = row[first] ?? null;
  row[first] = row[second] ?? null;
  row[second] = value;
  return true;
}
