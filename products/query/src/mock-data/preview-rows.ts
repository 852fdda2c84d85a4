import type { Cell } from "@mindmesh/contracts/query/engine";
import type { CatalogTable, TableName } from "@mindmesh/contracts/query/catalog";
import type { MockPlan, MockProblem } from "@mindmesh/contracts/query/mock-data";
import { cellText } from "./cell-text.ts";
import { findProblems } from "./find-problems.ts";
import { MockImpossible } from "./made-table.ts";
import { makeMockRows } from "./mock-rows.ts";

const shown = 20;
/** Enough for references to have something to choose from. */
const made = 200;

/** The first rows of each table, from the plan with fewer rows: like those that will be written, though not the very same. */
export async function previewRows(
  plan: MockPlan,
  tables: readonly CatalogTable[],
): Promise<{ problems: MockProblem[]; tables: { table: TableName; columns: string[]; rows: Cell[][] }[] }> {
  const problems = findProblems(plan, tables);
  if (problems.length > 0) return { problems, tables: [] };
  const small = { ...plan, tables: plan.tables.map((table) => ({ ...table, rows: Math.min(table.rows, made) })) };
  const found: { table: TableName; columns: string[]; rows: Cell[][] }[] = [];
  try {
    for await (const part of makeMockRows(small, tables)) {
      if (part.type === "table") {
        found.push({ table: { schema: part.table.schema, name: part.table.name }, columns: part.columns, rows: [] });
      } else if (part.type === "rows") {
        const current = found.at(-1);
        const room = shown - (current?.rows.length ?? shown);
        for (const row of part.rows.slice(0, Math.max(room, 0))) current?.rows.push(row.map(cellText));
      }
    }
  } catch (error) {
    if (error instanceof MockImpossible) return { problems: [error.problem], tables: [] };
    throw error;
  }
  return { problems: [], tables: found };
}
