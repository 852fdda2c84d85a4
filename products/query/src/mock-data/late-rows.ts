import type { MockTable } from "@mindmesh/contracts/query/mock-data";
import { indexDraw } from "./draw.ts";
import { type MadeTable, type MockValue, placeOfTable } from "./made-table.ts";
import { randomOf } from "./random.ts";

/** A row, found by its key, and what its reference is set to. */
export interface LateRow {
  key: MockValue[];
  values: MockValue[];
}

/** Points the rows of a table at rows of one that was made after it. */
export function* lateRows({
  seed,
  table,
  reference,
  key,
  made,
  batchRows,
}: {
  seed: number;
  table: MockTable;
  reference: number;
  key: string[];
  made: ReadonlyMap<string, MadeTable>;
  batchRows: number;
}): Generator<LateRow[]> {
  const target = table.references[reference];
  const own = made.get(placeOfTable(table));
  const parent = target && made.get(placeOfTable(target.to));
  if (!target || !own || !parent || parent.rows === 0) return;
  const random = randomOf(seed, table.schema, table.name, "late", ...target.columns);
  const pick = indexDraw(target.distribution, parent.rows, random);
  const keyOf = key.map((name) => own.column(name));
  const valueOf = target.toColumns.map((name) => parent.column(name));
  let batch: LateRow[] = [];
  for (let row = 0; row < own.rows; row += 1) {
    if (target.nullShare > 0 && random.next() < target.nullShare) continue;
    const other = pick();
    batch.push({ key: keyOf.map((of) => of?.(row) ?? null), values: valueOf.map((of) => of?.(other) ?? null) });
    if (batch.length < batchRows) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
