import { diagramRoutes } from "@mindmesh/contracts/query/diagram";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, implement, tenantOf } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { readInferredKeys } from "../catalog/inferred-keys.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { findConnection } from "../connections/find-connection.ts";
import { readArrangement, saveArrangement } from "./arrangement.ts";
import { diagramOf } from "./read-diagram.ts";
import { toDbml } from "./to-dbml.ts";
import { toMermaid } from "./to-mermaid.ts";
import { toSql } from "./to-sql.ts";

const endings = { dbml: "dbml", mermaid: "mmd", sql: "sql" } as const;

/** Registers the HTTP routes of the diagram. */
export function diagramRoutesOn(app: FastifyInstance, { db }: { db: Database }): void {
  implement(app, diagramRoutes, {
    getDiagram: async ({ caller, params }) => {
      const { catalog, inferred, takenAt } = await readStored(db, caller, params.connectionId);
      return diagramOf(catalog, inferred, takenAt);
    },
    getArrangement: ({ caller, params }) => readArrangement(db, caller, params.connectionId),
    saveArrangement: ({ caller, params, body }) => saveArrangement(db, caller, params.connectionId, body),
    exportDiagram: async ({ caller, params, query, reply }) => {
      const { connection, catalog: whole, inferred, takenAt } = await readStored(db, caller, params.connectionId);
      const { schema, format } = query;
      const catalog =
        schema === undefined ? whole : { ...whole, tables: whole.tables.filter((table) => table.schema === schema) };
      if (catalog.tables.length === 0) throw new AppError("not_found", { message: "There is no table to export." });
      const diagram = diagramOf(catalog, inferred, takenAt);
      void reply.headers({
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(`${connection.name}.${endings[format]}`)}`,
      });
      if (format === "dbml") return toDbml(catalog, diagram);
      return format === "mermaid" ? toMermaid(diagram) : toSql(connection.engine, catalog);
    },
  });
}

/** @throws AppError not_found when the schema was never read */
function readStored(db: Database, caller: MemberCaller, connectionId: string) {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const connection = await findConnection(tx, caller, connectionId);
    const stored = await readCatalog(tx, connection);
    if (!stored)
      throw new AppError("not_found", { message: "The schema has not been read yet. Read it under Schema." });
    return { connection, ...stored, inferred: await readInferredKeys(tx, connection, stored.catalog) };
  });
}
