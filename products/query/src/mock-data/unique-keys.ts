import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { MockValue } from "./made-table.ts";

/**
 * Remembers which values the unique keys of a table have had. Keys with a column that the database fills are left to it, and as in
 * SQL a key with a NULL in it is never taken.
 * @param distinct columns that are made so that no value comes twice: nothing has to be remembered of them
 */
export function uniqueKeys(catalog: CatalogTable, names: readonly string[], distinct: ReadonlySet<string>) {
  const declared = [
    ...(catalog.primaryKey === null
      ? []
      : [{ name: catalog.primaryKey.name ?? "primary key", columns: catalog.primaryKey.columns }]),
    ...catalog.uniqueKeys.map(({ name, columns }) => ({ name: name ?? `unique (${columns.join(", ")})`, columns })),
  ];
  const all = declared
    .filter(({ columns }) => columns.every((column) => names.includes(column)))
    .map((key) => ({ ...key, indexes: key.columns.map((column) => names.indexOf(column)), seen: new Set<unknown>() }));

  const remembered = all.filter(({ columns }) => !columns.some((column) => distinct.has(column)));

  /** What a row has there: one value as it is, several as one text; undefined where a NULL is among them. */
  function held(indexes: number[], row: readonly MockValue[]): unknown {
    if (indexes.length === 1) return row[indexes[0]!] ?? undefined;
    let text = "";
    for (const index of indexes) {
      const value = row[index];
      if (value === null || value === undefined) return undefined;
      text += `${typeof value === "string" ? value.length : ""}:${String(value)}`;
    }
    return text;
  }

  return {
    all,
    /** These columns are a key of the table, so that each combination comes once. */
    isUnique: (columns: readonly string[]) =>
      all.some(
        (key) => key.columns.length === columns.length && columns.every((column) => key.columns.includes(column)),
      ),
    taken: (row: readonly MockValue[]) =>
      remembered.find(({ indexes, seen }) => {
        const value = held(indexes, row);
        return value !== undefined && seen.has(value);
      }) ?? null,
    take(row: readonly MockValue[]): void {
      for (const { indexes, seen } of remembered) {
        const value = held(indexes, row);
        if (value !== undefined) seen.add(value);
      }
    },
  };
}
