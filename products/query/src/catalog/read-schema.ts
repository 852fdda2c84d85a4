import type { Catalog, CatalogTable } from "@mindmesh/contracts/query/catalog";
import type { OutlineTable, SchemaHit, SchemaOutline, TableDetail } from "@mindmesh/contracts/query/schema";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { findConnection } from "../connections/find-connection.ts";
import { readInferredKeys } from "./inferred-keys.ts";
import { type StoredCatalog, readCatalog } from "./read-catalog.ts";
import { searchCatalog } from "./search-catalog.ts";
import { type ReadingDependencies, refreshIfStale } from "./start-reading.ts";

const emptyOutline: SchemaOutline = {
  takenAt: null,
  serverVersion: "",
  searchPath: [],
  tables: [],
  functions: [],
  inferredKeys: [],
  gaps: [],
};

/**
 * Everything in a schema by name. One that is old is read anew in the background.
 * @throws AppError not_allowed, not_found
 */
export async function readSchema(
  dependencies: ReadingDependencies,
  caller: MemberCaller,
  connectionId: string,
): Promise<SchemaOutline> {
  return dependencies.db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const stored = await readCatalog(tx, row);
    if (stored === null) return emptyOutline;
    const inferred = await readInferredKeys(tx, row, stored.catalog);
    await refreshIfStale(dependencies, tx, row);
    return outlineOf(stored, inferred);
  });
}

function outlineOf({ catalog, takenAt }: StoredCatalog, inferred: SchemaOutline["inferredKeys"]): SchemaOutline {
  const { serverVersion, searchPath, tables, functions, gaps } = catalog;
  return {
    takenAt,
    serverVersion,
    searchPath,
    tables: tables.map(outlineTable),
    functions,
    inferredKeys: inferred.filter(({ decision }) => decision !== "rejected"),
    gaps,
  };
}

const outlineTable = ({ primaryKey, ...table }: CatalogTable): OutlineTable => ({
  ...table,
  primaryKey: primaryKey?.columns ?? [],
});

/** Everything that is known of one table. @throws AppError not_allowed, not_found */
export async function readTable(
  { db }: Pick<ReadingDependencies, "db">,
  caller: MemberCaller,
  connectionId: string,
  { schema, name }: { schema: string; name: string },
): Promise<TableDetail> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const stored = await readCatalog(tx, row);
    if (stored === null) throw new AppError("not_found", { message: "The schema of this connection was never read." });
    const { catalog, takenAt } = stored;
    const isThis = (table: { schema: string; name: string }) => table.schema === schema && table.name === name;
    const table = catalog.tables.find(isThis);
    if (!table) throw new AppError("not_found", { message: "This table is gone, or it is not shown here." });
    const inferred = await readInferredKeys(tx, row, catalog);
    return {
      takenAt,
      table,
      referencedBy: keysTo(catalog, isThis),
      inferredKeys: inferred.filter(({ from, to }) => isThis(from) || isThis(to)),
    };
  });
}

function keysTo(
  catalog: Catalog,
  isThis: (table: { schema: string; name: string }) => boolean,
): TableDetail["referencedBy"] {
  return catalog.tables.flatMap(({ schema, name, foreignKeys }) =>
    foreignKeys.filter(({ to }) => isThis(to)).map((key) => ({ from: { schema, name }, key })),
  );
}

/** Tables and columns that hold all the words. @throws AppError not_allowed, not_found */
export async function searchSchema(
  { db }: Pick<ReadingDependencies, "db">,
  caller: MemberCaller,
  connectionId: string,
  { q, limit }: { q: string; limit: number },
): Promise<SchemaHit[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const stored = await readCatalog(tx, row);
    return stored === null ? [] : searchCatalog(stored.catalog, q, limit);
  });
}
