import type { CompletionSchema } from "@mindmesh/contracts/query/completion";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { findConnection } from "../connections/find-connection.ts";
import { readCatalog } from "./read-catalog.ts";

/** What an editor completes from; without tables when the schema was never read. @throws AppError not_found, not_allowed */
export async function readCompletion(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
): Promise<CompletionSchema> {
  const stored = await db.withWorkspace(tenantOf(caller), async (tx) =>
    readCatalog(tx, await findConnection(tx, caller, connectionId)),
  );
  if (!stored) return { takenAt: null, searchPath: [], tables: [], functions: [] };
  const { catalog, takenAt } = stored;
  return {
    takenAt,
    searchPath: catalog.searchPath,
    tables: catalog.tables.map(({ schema, name, kind, columns, foreignKeys }) => ({
      schema,
      name,
      kind,
      columns: columns.map((column) => ({ name: column.name, type: column.type, kind: column.kind })),
      keys: foreignKeys.map(({ columns: from, to, toColumns }) => ({
        columns: from,
        to,
        toColumns,
        origin: "declared" as const,
      })),
    })),
    functions: catalog.functions.map(({ schema, name, arguments: list, returns }) => ({
      schema,
      name,
      arguments: list,
      returns,
    })),
  };
}
