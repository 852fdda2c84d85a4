import type { CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { Meaning, MockColumn, MockTable } from "@mindmesh/contracts/query/mock-data";
import { numberColumns, rowChecks } from "./row-checks.ts";
import { dependentMaker } from "./dependent-maker.ts";
import { countedColumn, type MadeTable, MockImpossible, type MockValue } from "./made-table.ts";
import { randomOf } from "./random.ts";
import { type ReferenceMaker, referenceMaker } from "./reference-maker.ts";
import { inDependencyOrder } from "./dependency-order.ts";
import { uniqueKeys } from "./unique-keys.ts";
import { valueMaker } from "./value-maker.ts";

const mostAttempts = 200;

export interface TableMakerParts {
  seed: number;
  table: MockTable;
  catalog: CatalogTable;
  made: ReadonlyMap<string, MadeTable>;
  meaningsOf: (meaning: Meaning) => readonly string[];
  /** References (by their place) that are NULL for now. */
  late: ReadonlySet<number>;
  /** Columns that other tables will look at. */
  kept: ReadonlySet<string>;
}

/** Makes the rows of one table, in order. */
export interface TableMaker {
  /** Those that are made, in the order of the values. */
  columns: string[];
  made: MadeTable;
  next(count: number): MockValue[][];
}

/** What is known of a row while it is being made. */
export interface RowInMaking {
  row: number;
  values: MockValue[];
  /** The parent of each reference. */
  parents: (number | null)[];
}

/** Compiles the plan of a table. @throws MockImpossible */
export function tableMaker(parts: TableMakerParts): TableMaker {
  const { seed, table, catalog, made, meaningsOf, late, kept } = parts;
  const catalogColumns = new Map(catalog.columns.map((column) => [column.name, column]));
  const planned = table.columns.filter(
    ({ name, generator }) => generator.kind !== "database" && catalogColumns.has(name),
  );
  const names = planned.map(({ name }) => name);
  const numbers = numberColumns(catalog);
  const own = keeper(table, kept, planned);
  const distinct = planned.flatMap(({ name, generator }) => (isDistinct(generator) ? [name] : []));
  const keys = uniqueKeys(catalog, names, new Set(distinct));
  const alone = new Set(keys.all.flatMap(({ columns }) => (columns.length === 1 ? columns : [])));
  const references = table.references.map((reference, index) =>
    late.has(index)
      ? null
      : referenceMaker({
          seed,
          table,
          catalog,
          reference,
          made,
          own: own.made,
          unique: keys.isUnique(reference.columns),
        }),
  );
  const checks = rowChecks(catalog, names, table);
  const steps = inDependencyOrder(table, planned).map((column) =>
    stepOf(column, catalogColumns.get(column.name)!, names.indexOf(column.name)),
  );

  function stepOf(column: MockColumn, known: CatalogColumn, index: number) {
    const { generator, nullShare, name } = column;
    const random = randomOf(seed, table.schema, table.name, name);
    const unique = alone.has(name);
    const ofValue = valueMaker({ generator, column: known, random, unique, rows: table.rows, pool: meaningsOf });
    const make =
      ofValue === null ? dependentMaker({ generator, column: known, names, random, references, table, numbers }) : null;
    const share = known.nullable ? nullShare : 0;
    return {
      index,
      name,
      isFixed: generator.kind === "sequence" || generator.kind === "reference",
      make(of: RowInMaking) {
        if (share > 0 && random.next() < share) return null;
        return ofValue === null ? make!(of) : ofValue(of.row);
      },
    };
  }

  function chooseParents(of: RowInMaking): void {
    const fixed = new Map<string, MockValue>();
    for (const [at, reference] of references.entries()) {
      if (reference === null) continue;
      const parent = reference.choose(of.row, fixed);
      of.parents[at] = parent;
      setReference(reference, parent, of.row, fixed);
    }
  }

  function makeRow(row: number): MockValue[] {
    const of: RowInMaking = {
      row,
      values: Array.from({ length: names.length }, () => null),
      parents: references.map(() => null),
    };
    let why = "";
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      chooseParents(of);
      if (of.parents.includes(-1)) {
        why = "no row fits two references that share a column";
        continue;
      }
      for (const step of steps) of.values[step.index] = step.make(of);
      why = settle(of);
      if (why === "") return of.values;
    }
    throw new MockImpossible(
      table,
      why,
      `no row that keeps it was found in ${mostAttempts} attempts, at row ${row + 1} of ${table.rows}`,
    );
  }

  /** Mends a row until it keeps checks and keys, by new values for the columns concerned. Gives the constraint that stays broken. */
  function settle(of: RowInMaking): string {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const broken = checks.broken(of.values);
      if (broken === null) break;
      if (attempt === mostAttempts - 1) return broken.name;
      if (attempt % 4 === 0 && broken.exchange(of.values)) continue;
      remake(of, broken.columns);
    }
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const taken = keys.taken(of.values);
      if (taken === null) {
        keys.take(of.values);
        return "";
      }
      if (!nextFreeParent(of, taken.columns)) remake(of, taken.columns, attempt);
      const broken = checks.broken(of.values);
      if (broken !== null) return broken.name;
      if (attempt === mostAttempts - 1) return taken.name;
    }
    return "";
  }

  function remake(of: RowInMaking, columns: readonly string[], attempt = 0): void {
    for (const step of steps) {
      if (!columns.includes(step.name) || step.isFixed) continue;
      of.values[step.index] = step.make(of);
      const value = of.values[step.index];
      // A name that is taken again and again gets a number.
      if (
        attempt > 5 &&
        alone.has(step.name) &&
        typeof value === "string" &&
        catalogColumns.get(step.name)?.kind === "text"
      ) {
        const suffix = String(of.row + 1);
        const length = catalogColumns.get(step.name)?.length ?? Infinity;
        of.values[step.index] =
          value.slice(0, Math.max(0, length - suffix.length - 1)) + (value.includes(" ") ? " " : "-") + suffix;
      }
    }
    // Whatever rests on them follows.
    for (const step of steps) if (dependents(columns).has(step.name)) of.values[step.index] = step.make(of);
  }

  const dependentsOf = new Map<string, Set<string>>();
  function dependents(columns: readonly string[]): Set<string> {
    const place = columns.join("\0");
    let found = dependentsOf.get(place);
    if (found === undefined) {
      found = new Set(planned.filter(({ generator }) => restsOn(generator, columns)).map(({ name }) => name));
      for (const name of columns) found.delete(name);
      dependentsOf.set(place, found);
    }
    return found;
  }

  /** Moves the last reference of a taken key on to its next parent, and the one before when that has been all the way round. */
  function nextFreeParent(of: RowInMaking, columns: readonly string[]): boolean {
    const within = references.flatMap((reference, at) =>
      reference !== null && reference.columns.every((name) => columns.includes(name)) && of.parents[at] !== null
        ? [{ reference, at }]
        : [],
    );
    if (within.length === 0 || within.flatMap(({ reference }) => reference.columns).length < columns.length)
      return false;
    const start = within.map(({ at }) => of.parents[at]!);
    const most = Math.min(
      within.reduce((product, { reference }) => product * reference.parents, 1),
      1_000_000,
    );
    for (let step = 0; step < most; step += 1) {
      for (const [index, { reference, at }] of within.toReversed().entries()) {
        of.parents[at] = reference.after(of.parents[at]!);
        if (of.parents[at] !== start[within.length - 1 - index]) break;
      }
      for (const { reference, at } of within) setReference(reference, of.parents[at]!, of.row, new Map(), of.values);
      if (keys.taken(of.values) === null) break;
    }
    // What is copied from the parents follows.
    for (const each of steps) if (!each.isFixed && !columns.includes(each.name)) of.values[each.index] = each.make(of);
    return true;
  }

  function setReference(
    reference: ReferenceMaker,
    parent: number | null,
    _row: number,
    fixed: Map<string, MockValue>,
    values?: MockValue[],
  ): void {
    for (const [part, name] of reference.columns.entries()) {
      const value = parent === null || parent < 0 ? null : reference.value(parent, reference.toColumns[part]!);
      fixed.set(name, value);
      if (values) values[names.indexOf(name)] = value;
    }
  }

  let row = 0;
  return {
    columns: names,
    made: own.made,
    next(count) {
      return Array.from({ length: count }, () => {
        const values = makeRow(row);
        own.keep(row, values);
        row += 1;
        return values;
      });
    },
  };
}

/** Never makes a value twice by itself: counted, or of 122 random bits. */
const isDistinct = ({ kind }: MockColumn["generator"]) => kind === "sequence" || kind === "uuid";

function restsOn(generator: MockColumn["generator"], columns: readonly string[]): boolean {
  if (generator.kind === "after") return columns.includes(generator.column);
  if (generator.kind === "template") return columns.some((name) => generator.template.includes(`{${name}`));
  return generator.kind === "expression" && columns.some((name) => generator.expression.includes(name));
}

/** Keeps the columns that others look at; what can be counted needs no memory. */
function keeper(table: MockTable, kept: ReadonlySet<string>, planned: readonly MockColumn[]) {
  const stored = new Map<number, { name: string; values: MockValue[] }>();
  for (const [index, { name, generator }] of planned.entries()) {
    if (kept.has(name) && generator.kind !== "sequence") stored.set(index, { name, values: [] });
  }
  const made: MadeTable = {
    rows: table.rows,
    column(name) {
      const counted = kept.has(name) ? countedColumn(table, name) : null;
      if (counted) return counted;
      const values = [...stored.values()].find((each) => each.name === name)?.values;
      return values === undefined ? null : (row) => values[row] ?? null;
    },
  };
  return {
    made,
    keep(row: number, values: readonly MockValue[]) {
      for (const [index, column] of stored) column.values[row] = values[index] ?? null;
    },
  };
}
