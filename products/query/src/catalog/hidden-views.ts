import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import type { HiddenHere } from "../guard/guard.ts";
import { showsHidden } from "../guard/words/shows-hidden.ts";

/**
 * What is hidden, and with it every view that would show it, straight or through other views, every view whose statement cannot be read, and
 * every table that holds a part of the rows of one of them.
 */
export function withHiddenViews(
  engine: EngineKind,
  tables: readonly CatalogTable[],
  hidden: readonly HiddenObject[],
): readonly HiddenHere[] {
  if (hidden.length === 0) return hidden;
  const all: HiddenHere[] = [...hidden];
  let open = tables.filter(({ kind, partOf }) => kind.endsWith("view") || partOf !== undefined);
  // What was found last: a text that shows nothing of it has been looked at for the rest before.
  for (let news: readonly HiddenHere[] = hidden; news.length > 0;) {
    const found = open.filter((table) => shows(engine, table, news));
    open = open.filter((table) => !found.includes(table));
    news = found.map(({ schema, name }) => ({ schema, table: name, column: null, isView: true }));
    all.push(...news);
  }
  return all;
}

function shows(engine: EngineKind, { kind, definition, partOf = [] }: CatalogTable, hidden: readonly HiddenHere[]) {
  if (kind.endsWith("view")) return definition === null || showsHidden(definition, engine, hidden);
  return partOf.some((whole) => hidden.some(({ schema, table }) => schema === whole.schema && table === whole.name));
}
