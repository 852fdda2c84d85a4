import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { HiddenObject } from "@mindmesh/contracts/query/connections";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Transaction } from "@mindmesh/kernel/db";
import { and, asc, eq } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { HiddenHere } from "../guard/guard.ts";
import { type ConnectionRow, catalogTables, catalogs } from "../schema.ts";
import { withHiddenViews } from "./hidden-views.ts";

/** A stored catalogue and when it was taken (ISO 8601). Shared by those who ask: never changed in place. */
export interface StoredCatalog {
  catalog: Catalog;
  takenAt: string;
}

/** A stored catalogue without what is hidden in it. */
export interface VisibleCatalog extends StoredCatalog {
  /** What is missing: tables, columns, and views that would show them. */
  hidden: readonly HiddenHere[];
}

/** A thousand tables are some ten megabytes as text; a few of the catalogues that are asked for all the time stay read. */
const kept = new LRUCache<string, VisibleCatalog>({ max: 24, ttl: 10 * 60_000 });

/**
 * The catalogue of a connection as it was read last, without what is hidden. Null when it was never read. The caller has been asked
 * for their rights before (`findConnection`). `takenAt` is its age, to be shown wherever it is used.
 */
export async function readCatalog(tx: Transaction, row: ConnectionRow): Promise<VisibleCatalog | null> {
  const [head] = await tx.select({ takenAt: catalogs.takenAt }).from(catalogs).where(headOf(row));
  if (!head) return null;
  const key = JSON.stringify([row.workspaceId, row.id, head.takenAt, row.hidden]);
  const known = kept.get(key);
  if (known) return known;
  const whole = await readWholeCatalog(tx, row);
  if (whole === null) return null;
  const hidden = withHiddenViews(row.engine, whole.catalog.tables, row.hidden);
  const visible = { catalog: withoutHidden(whole.catalog, hidden), takenAt: whole.takenAt, hidden };
  // Only under its own name: between the two statements another one may have been stored.
  if (whole.takenAt === head.takenAt) kept.set(key, visible);
  return visible;
}

const headOf = (row: Pick<ConnectionRow, "workspaceId" | "id">) =>
  and(eq(catalogs.workspaceId, row.workspaceId), eq(catalogs.connectionId, row.id));

/** The catalogue with what is hidden: for comparing and for those who choose what to hide. */
export async function readWholeCatalog(
  tx: Transaction,
  row: Pick<ConnectionRow, "workspaceId" | "id">,
): Promise<StoredCatalog | null> {
  const [head] = await tx.select().from(catalogs).where(headOf(row));
  if (!head) return null;
  const tables = await tx
    .select({ content: catalogTables.content })
    .from(catalogTables)
    .where(and(eq(catalogTables.workspaceId, row.workspaceId), eq(catalogTables.connectionId, row.id)))
    .orderBy(asc(catalogTables.schema), asc(catalogTables.name));
  const catalog = {
    ...(head.content as Omit<Catalog, "tables">),
    tables: tables.map(({ content }) => content as CatalogTable),
  };
  return { catalog, takenAt: head.takenAt };
}

/**
 * The part of a catalogue that may be seen: no hidden table or column, no view that would show one, and no key or index that would tell of
 * one.
 */
export function visibleCatalog(engine: EngineKind, catalog: Catalog, hidden: readonly HiddenObject[]): Catalog {
  return withoutHidden(catalog, withHiddenViews(engine, catalog.tables, hidden));
}

function withoutHidden(catalog: Catalog, hidden: readonly HiddenHere[]): Catalog {
  if (hidden.length === 0) return catalog;
  const hiddenTables = new Set<string>();
  const hiddenColumns = new Set<string>();
  const place = (...names: string[]) => JSON.stringify(names);
  for (const { schema, table, column } of hidden) {
    if (column === null) hiddenTables.add(place(schema, table));
    else hiddenColumns.add(place(schema, table, column));
  }
  const isGone = (schema: string, table: string) => hiddenTables.has(place(schema, table));
  const tables = catalog.tables.flatMap((table): CatalogTable[] => {
    const { schema, name } = table;
    if (isGone(schema, name)) return [];
    const shown = (columns: readonly string[], of = { schema, name }) =>
      columns.every((column) => !hiddenColumns.has(place(of.schema, of.name, column)));
    const columns = table.columns.filter((column) => shown([column.name]));
    const isWhole = columns.length === table.columns.length;
    const gone = table.columns.filter((column) => !columns.includes(column)).map((column) => column.name);
    const tells = (text: string | null) => text !== null && gone.some((name) => text.includes(name));
    return [
      {
        ...table,
        columns,
        primaryKey: table.primaryKey && shown(table.primaryKey.columns) ? table.primaryKey : null,
        uniqueKeys: table.uniqueKeys.filter((key) => shown(key.columns)),
        foreignKeys: table.foreignKeys.filter(
          (key) => shown(key.columns) && !isGone(key.to.schema, key.to.name) && shown(key.toColumns, key.to),
        ),
        checks: table.checks.filter((check) => !tells(check.expression)),
        indexes: table.indexes.filter(
          (index) => ![...index.parts, ...index.included, index.condition].some((part) => tells(part)),
        ),
        definition: isWhole && !mentions(table.definition, hidden) ? table.definition : null,
      },
    ];
  });
  return { ...catalog, tables };
}

const mentions = (definition: string | null, hidden: readonly HiddenObject[]) =>
  definition !== null && hidden.some(({ table, column }) => definition.includes(column ?? table));
