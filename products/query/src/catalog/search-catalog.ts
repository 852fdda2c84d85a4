import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { SchemaHit } from "@mindmesh/contracts/query/schema";

interface Entry extends SchemaHit {
  /** In lower case: its own name, its whole place, and its comment. */
  own: string;
  words: string;
}

// Made once for a catalogue, which is shared and never changed (`readCatalog`).
const entriesOf = new WeakMap<Catalog, Entry[]>();

/**
 * Tables and columns whose names or comments hold all the words of `text`, best first: the name itself, then names that begin with
 * it, then names that hold it, then comments; tables before columns.
 */
export function searchCatalog(catalog: Catalog, text: string, limit: number): SchemaHit[] {
  const words = text
    .toLowerCase()
    .split(/[\s.]+/)
    .filter(Boolean);
  const last = words.at(-1);
  if (last === undefined) return [];
  const hits: { entry: Entry; rank: number }[] = [];
  for (const entry of entries(catalog)) {
    if (!words.every((word) => entry.words.includes(word))) continue;
    hits.push({ entry, rank: rankOf(entry, words.join(" "), last) });
  }
  return hits
    .sort((one, other) => one.rank - other.rank || one.entry.own.length - other.entry.own.length)
    .slice(0, limit)
    .map(({ entry: { own: _own, words: _words, ...hit } }) => hit);
}

function rankOf({ own, column }: Entry, whole: string, last: string): number {
  const spaced = own.replaceAll("_", " ");
  const ofColumn = column === null ? 0 : 1;
  if (own === last || spaced === whole) return ofColumn;
  if (own.startsWith(last) || spaced.startsWith(whole)) return 2 + ofColumn;
  return own.includes(last) ? 4 + ofColumn : 6 + ofColumn;
}

function entries(catalog: Catalog): Entry[] {
  const known = entriesOf.get(catalog);
  if (known) return known;
  const all = catalog.tables.flatMap(({ schema, name, kind, comment, columns }): Entry[] => [
    entry({ schema, table: name, column: null, type: kind, comment }, name),
    ...columns.map((column) =>
      entry({ schema, table: name, column: column.name, type: column.type, comment: column.comment }, column.name),
    ),
  ]);
  entriesOf.set(catalog, all);
  return all;
}

function entry(hit: SchemaHit, name: string): Entry {
  const place = [hit.schema, hit.table, hit.column ?? "", hit.comment ?? ""];
  return { ...hit, own: name.toLowerCase(), words: place.join("\n").toLowerCase() };
}
