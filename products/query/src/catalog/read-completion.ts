import type { CompletionSchema } from "@mindmesh/contracts/query/completion";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { findConnection } from "../connections/find-connection.ts";
import { readInferredKeys } from "./inferred-keys.ts";
import { readCatalog } from "./read-catalog.ts";

/** What an editor completes from; without tables when the schema was never read. @throws AppError not_found, not_allowed */
export async function readCompletion(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
): Promise<CompletionSchema> {
  const { stored, inferred } = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const read = await readCatalog(tx, row);
    return { stored: read, inferred: read ? await readInferredKeys(tx, row, read.catalog) : [] };
  });
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
      keys: [
        ...foreignKeys.map((key) => ({
          columns: key.columns,
          to: key.to,
          toColumns: key.toColumns,
          origin: "declared" as const,
        })),
        ...inferred
          .filter(({ from, decision }) => from.schema === schema && from.name === name && decision !== "rejected")
          .map((key) => ({
            columns: key.columns,
            to: key.to,
            toColumns: key.toColumns,
            origin: key.decision === "confirmed" ? ("confirmed" as const) : ("inferred" as const),
          })),
      ],
    })),
    functions: catalog.functions.map(({ schema, name, arguments: list, returns }) => ({
      schema,
      name,
      arguments: list,
      returns,
    })),
  };
}
