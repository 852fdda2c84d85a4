import { randomUUID } from "node:crypto";
import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import { networkSettings, usualLimits } from "@mindmesh/contracts/query/connections";
import type { TestServer } from "./test-server.ts";

/** Puts a connection that leads nowhere into a workspace, with a schema as if it had been read; gives back its id. */
export async function storeCatalog(
  server: Pick<TestServer, "sql">,
  workspaceId: string,
  tables: readonly CatalogTable[],
  name = "Warehouse",
): Promise<string> {
  const id = randomUUID();
  const network = networkSettings.parse({
    host: "db.invalid",
    port: 5432,
    database: "shop",
    user: "reader",
    tls: "off",
  });
  const consents = { names: false, statistics: false, samples: false };
  const head = { serverVersion: "PostgreSQL 18", searchPath: ["public"], enums: [], functions: [], gaps: [] };
  await server.sql(
    `INSERT INTO query.connections (workspace_id, id, name, engine, network, consents, limits, ingested_at)
     VALUES ($1, $2, $3, 'postgres', $4, $5, $6, now())`,
    [workspaceId, id, name, JSON.stringify(network), JSON.stringify(consents), JSON.stringify(usualLimits)],
  );
  await server.sql(
    "INSERT INTO query.catalogs (workspace_id, connection_id, content, taken_at) VALUES ($1, $2, $3, now())",
    [workspaceId, id, JSON.stringify(head)],
  );
  await server.sql(
    `INSERT INTO query.catalog_tables (workspace_id, connection_id, schema, name, content)
     SELECT $1, $2, t->>'schema', t->>'name', t FROM jsonb_array_elements($3::jsonb) t`,
    [workspaceId, id, JSON.stringify(tables)],
  );
  return id;
}
