import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { MockReference, MockTable } from "@mindmesh/contracts/query/mock-data";
import { indexDraw } from "./draw.ts";
import { type MadeTable, MockImpossible, type MockValue, placeOfTable } from "./made-table.ts";
import { permutation, randomOf } from "./random.ts";

export interface ReferenceMaker {
  columns: string[];
  /** Chooses a parent for a row; null for none. `fixed` are values that another reference has set for columns of this one. */
  choose(row: number, fixed: ReadonlyMap<string, MockValue>): number | null;
  /** The next parent after one, for keys that are nearly used up. */
  after(parent: number): number;
  /** The value of one of `columns`, or of another column that is kept. */
  value(parent: number, toColumn: string): MockValue;
  toColumns: string[];
  /** Parents there are to choose from. */
  parents: number;
}

/**
 * Compiles a reference: which row of the other table a row refers to. A reference to the own table goes to an earlier row, so that
 * rows can be written in their order and nothing goes round in rings.
 * @param unique every parent is referred to at most once
 */
export function referenceMaker(parts: {
  seed: number;
  table: MockTable;
  catalog: CatalogTable;
  reference: MockReference;
  made: ReadonlyMap<string, MadeTable>;
  own: MadeTable;
  unique: boolean;
}): ReferenceMaker {
  const { seed, table, catalog, reference, made, own, unique } = parts;
  const random = randomOf(seed, table.schema, table.name, "reference", ...reference.columns);
  const isOwn = placeOfTable(reference.to) === placeOfTable(table);
  const parent = isOwn ? own : made.get(placeOfTable(reference.to));
  const mayBeNull = reference.columns.every(
    (name) => catalog.columns.find((column) => column.name === name)?.nullable ?? true,
  );
  const parents = parent?.rows ?? 0;
  const readers = new Map<string, (row: number) => MockValue>();
  const value = (of: number, toColumn: string): MockValue => {
    let read = readers.get(toColumn);
    if (read === undefined) {
      read = parent?.column(toColumn) ?? (() => null);
      readers.set(toColumn, read);
    }
    return read(of);
  };
  const pick = indexDraw(reference.distribution, Math.max(parents, 1), random);
  // The first rows are not the favourites of every table.
  const spread = permutation(Math.max(parents, 1), random);
  const byFixed = new Map<string, Map<string, number[]>>();

  function choose(row: number, fixed: ReadonlyMap<string, MockValue>): number | null {
    if (mayBeNull && reference.nullShare > 0 && random.next() < reference.nullShare) return null;
    if (isOwn) {
      if (row === 0) return mayBeNull ? null : 0;
      return Math.min(row - 1, Math.floor((pick() / parents) * row));
    }
    if (parents === 0) {
      if (mayBeNull) return null;
      throw new MockImpossible(table, reference.columns.join(", "), `${reference.to.name} has no rows to refer to`);
    }
    const shared = reference.columns.filter((name) => fixed.has(name));
    if (shared.length > 0) return among(shared, fixed);
    return unique ? spread(row) : spread(pick());
  }

  /** One of the parents that have what other references have set already. */
  function among(shared: string[], fixed: ReadonlyMap<string, MockValue>): number | null {
    const place = shared.join("\0");
    let groups = byFixed.get(place);
    if (groups === undefined) {
      groups = new Map();
      const toShared = shared.map((name) => reference.toColumns[reference.columns.indexOf(name)] ?? "");
      for (let each = 0; each < parents; each += 1) {
        const key = JSON.stringify(toShared.map((name) => String(value(each, name))));
        const group = groups.get(key);
        if (group) group.push(each);
        else groups.set(key, [each]);
      }
      byFixed.set(place, groups);
    }
    const group = groups.get(JSON.stringify(shared.map((name) => String(fixed.get(name)))));
    if (group !== undefined) return group[random.below(group.length)] ?? null;
    if (mayBeNull) return null;
    return -1;
  }

  return {
    columns: reference.columns,
    toColumns: reference.toColumns,
    parents,
    choose,
    after: (of) => (of + 1) % Math.max(parents, 1),
    value,
  };
}
