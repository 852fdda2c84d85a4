import type { OutlineTable } from "@mindmesh/contracts/query/schema";

/** A table's place in an address: schema and name may hold dots and anything else. */
export const writeTable = ({ schema, name }: { schema: string; name: string }) =>
  schema === "" ? encodeURIComponent(name) : `${encodeURIComponent(schema)}/${encodeURIComponent(name)}`;

/** Reads what `writeTable` wrote; null when it is no table's place. */
export function readTablePlace(text: string | undefined): { schema: string; name: string } | null {
  if (text === undefined) return null;
  const slash = text.indexOf("/");
  try {
    return slash === -1
      ? { schema: "", name: decodeURIComponent(text) }
      : { schema: decodeURIComponent(text.slice(0, slash)), name: decodeURIComponent(text.slice(slash + 1)) };
  } catch {
    return null;
  }
}

/**
 * The tables that hold all the words in their name, schema, comment or a column's name; best first: a name that begins with them, then
 * one that holds them, then the others in their own order.
 */
export function findTables(tables: readonly OutlineTable[], text: string): OutlineTable[] {
  const words = text
    .toLowerCase()
    .split(/[\s.]+/)
    .filter(Boolean);
  if (words.length === 0) return [...tables];
  const ranked = tables.flatMap((table) => {
    const name = table.name.toLowerCase();
    const rank = rankOf(table, name, words);
    return rank === null ? [] : [{ table, rank }];
  });
  return ranked.sort((one, other) => one.rank - other.rank).map(({ table }) => table);
}

function rankOf(table: OutlineTable, name: string, words: readonly string[]): number | null {
  const around = `${table.schema.toLowerCase()} ${name}`;
  const last = words.at(-1) ?? "";
  if (words.every((word) => around.includes(word))) return name === last ? 0 : name.startsWith(last) ? 1 : 2;
  const comment = table.comment?.toLowerCase() ?? "";
  const inside = (word: string) =>
    around.includes(word) ||
    comment.includes(word) ||
    table.columns.some((column) => column.name.toLowerCase().includes(word));
  return words.every(inside) ? 3 : null;
}
