import type { Cell, ColumnKind } from "@mindmesh/contracts/query/engine";
import { orderOf } from "./exact-order.ts";

export const filterOperators = [
  "contains",
  "lacks",
  "equals",
  "differs",
  "less",
  "atMost",
  "greater",
  "atLeast",
  "isNull",
  "isNotNull",
] as const;
export type FilterOperator = (typeof filterOperators)[number];

export interface Filter {
  column: number;
  operator: FilterOperator;
  value: string;
}

export const operatorWords: Record<FilterOperator, string> = {
  contains: "contains",
  lacks: "does not contain",
  equals: "is",
  differs: "is not",
  less: "is less than",
  atMost: "is at most",
  greater: "is greater than",
  atLeast: "is at least",
  isNull: "is NULL",
  isNotNull: "is not NULL",
};

export const needsValue = (operator: FilterOperator) => operator !== "isNull" && operator !== "isNotNull";

/** Whether a value passes. NULL passes only where it is asked for, as in SQL. */
export function passes(
  { operator, value }: Pick<Filter, "operator" | "value">,
  kind: ColumnKind,
): (cell: Cell) => boolean {
  const order = orderOf(kind);
  const folded = value.toLocaleLowerCase();
  const tests: Record<FilterOperator, (cell: string) => boolean> = {
    contains: (cell) => cell.toLocaleLowerCase().includes(folded),
    lacks: (cell) => !cell.toLocaleLowerCase().includes(folded),
    equals: (cell) => cell === value || (kind !== "text" && order(cell, value) === 0),
    differs: (cell) => cell !== value && (kind === "text" || order(cell, value) !== 0),
    less: (cell) => order(cell, value) < 0,
    atMost: (cell) => order(cell, value) <= 0,
    greater: (cell) => order(cell, value) > 0,
    atLeast: (cell) => order(cell, value) >= 0,
    isNull: () => false,
    isNotNull: () => true,
  };
  const test = tests[operator];
  return (cell) => (cell === null ? operator === "isNull" : test(cell));
}
