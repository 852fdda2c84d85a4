import type { Cell } from "@mindmesh/contracts/query/engine";
import type { MockValue } from "./made-table.ts";

/** A made-up value as text. */
export const cellText = (value: MockValue): Cell => (value === null ? null : String(value));
