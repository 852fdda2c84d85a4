import type { TableName } from "@mindmesh/contracts/query/catalog";
import type { MockProblem } from "@mindmesh/contracts/query/mock-data";
import type { ExpressionValue } from "./checks/expression.ts";

/** A value before it is written in an engine's way: times are text in ISO form, decimals text with all their digits. */
export type MockValue = ExpressionValue;

/** What was made of a table, as far as others refer to it. */
export interface MadeTable {
  rows: number;
  /** The values of a column that is kept, by row. */
  column(name: string): ((row: number) => MockValue) | null;
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
