import type { TableName } from "@mindmesh/contracts/query/catalog";
import type { MockProblem, MockTable } from "@mindmesh/contracts/query/mock-data";
import type { ExpressionValue } from "./checks/expression.ts";

/** A value before it is written in an engine's way: times are text in ISO form, decimals text with all their digits. */
export type MockValue = ExpressionValue;

/** What was made of a table, as far as others refer to it. */
export interface MadeTable {
  rows: number;
  /** The values of a column that is kept, by row. */
  column(name: string): ((row: number) => MockValue) | null;
}

/** The values of a column that is counted, which are known before its rows are made; null for every other one. */
export function countedColumn(table: MockTable | undefined, name: string): ((row: number) => MockValue) | null {
  const generator = table?.columns.find((column) => column.name === name)?.generator;
  return generator?.kind === "sequence" ? (row) => generator.start + row * generator.step : null;
}

export const placeOfTable = ({ schema, name }: TableName) => JSON.stringify([schema, name]);

/** No row keeps what the schema asks for. */
export class MockImpossible extends Error {
  override readonly name = "MockImpossible";
  readonly problem: MockProblem;

  constructor(table: TableName, part: string, reason: string) {
    super(`${table.name}, ${part}: ${reason}`);
    this.problem = { table: { schema: table.schema, name: table.name }, part, reason };
  }
}
