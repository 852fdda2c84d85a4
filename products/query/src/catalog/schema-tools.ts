import { id, line, moment } from "@mindmesh/contracts/fields";
import { catalogTable, inferredKey } from "@mindmesh/contracts/query/catalog";
import { engineKind } from "@mindmesh/contracts/query/engine";
import { schemaHit } from "@mindmesh/contracts/query/schema";
import { credentialOf } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { type Tool, defineTool } from "@mindmesh/kernel/tools";
import { z } from "zod";
import { catalogForModel, inferredKeysForModel } from "./catalog-for-model.ts";
import { readInferredKeys } from "./inferred-keys.ts";
import { readCatalog } from "./read-catalog.ts";
import { searchCatalog } from "./search-catalog.ts";
import { type ReadingDependencies, refreshIfStale, refreshSchema } from "./start-reading.ts";
import { findConnection } from "../connections/find-connection.ts";
import { listConnections } from "../connections/list-connections.ts";

const place = z.object({ connectionId: id.describe("From query.listConnections.") });

const reads = { right: "query.use", scope: "read", risk: "read", idempotent: true, timeLimitMs: 15_000 } as const;

/** Tables that one call gives in full; more are asked for by name. */
const mostTables = 40;

/** Connections and schemas, for models, programs and agents. What a model sees of a schema is what its connection's consents allow. */
export function schemaTools(dependencies: ReadingDependencies): Tool[] {
  const { db } = dependencies;
  return [
    defineTool({
      ...reads,
      name: "query.listConnections",
      title: "List databases",
      purpose: "Lists the databases that the person may use, and what of each may be shown to a model.",
      input: z.object({}),
      output: z.object({
        connections: z.array(
          z.object({
            id,
            name: z.string(),
            engine: engineKind,
            label: z.string().nullable(),
            readOnly: z.boolean(),
            schemaReadAt: moment.nullable(),
            mayShow: z.object({ names: z.boolean(), statistics: z.boolean(), samples: z.boolean() }),
          }),
        ),
      }),
      run: async (_, { caller }) => {
        const all = await listConnections(db, caller);
        return {
          connections: all.map(({ ingestedAt, consents, ...connection }) => ({
            ...connection,
            schemaReadAt: ingestedAt,
            mayShow: consents,
          })),
        };
      },
    }),
    defineTool({
      ...reads,
      name: "query.readSchema",
      title: "Read a database's schema",
      purpose:
        "Gives tables with columns, types, keys and comments: those that are named, or all of a small database; of a large one the names, to ask again with.",
      input: place.extend({
        tables: z
          .array(z.string().max(400))
          .max(mostTables)
          .default([])
          .describe("Names such as `orders` or `sales.orders`; none for an overview."),
      }),
      output: z.object({
        schemaReadAt: moment,
        serverVersion: z.string(),
        tables: z.array(catalogTable),
        otherTables: z.array(z.string()).describe("Names of tables that are not given in full."),
        inferredKeys: z.array(inferredKey.omit({ key: true })).describe("Foreign keys that nobody declared."),
        notFound: z.array(z.string()),
      }),
      run: async ({ connectionId, tables }, { caller }) => {
        const { catalog, inferred, takenAt } = await modelCatalog(dependencies, caller, connectionId);
        const nameOf = ({ schema, name }: { schema: string; name: string }) =>
          schema === "" ? name : `${schema}.${name}`;
        const isAsked = (table: { schema: string; name: string }) =>
          tables.includes(table.name) || tables.includes(nameOf(table));
        const isOverview = tables.length === 0;
        const given = isOverview
          ? catalog.tables.slice(0, catalog.tables.length <= mostTables ? mostTables : 0)
          : catalog.tables.filter(isAsked).slice(0, mostTables);
        const isGiven = (name: { schema: string; name: string }) =>
          given.some((table) => nameOf(table) === nameOf(name));
        return {
          schemaReadAt: takenAt,
          serverVersion: catalog.serverVersion,
          tables: given,
          otherTables: isOverview ? catalog.tables.filter((table) => !isGiven(table)).map(nameOf) : [],
          inferredKeys: inferred.filter(({ from, to }) => isGiven(from) || isGiven(to)),
          notFound: tables.filter(
            (name) => !catalog.tables.some((table) => table.name === name || nameOf(table) === name),
          ),
        };
      },
    }),
    defineTool({
      ...reads,
      name: "query.searchSchema",
      title: "Search a database's schema",
      purpose: "Finds tables and columns whose names or comments hold all the words. Best first.",
      input: place.extend({ query: line(200), limit: z.int().min(1).max(100).default(20) }),
      output: z.object({ schemaReadAt: moment, hits: z.array(schemaHit) }),
      run: async ({ connectionId, query, limit }, { caller }) => {
        const { catalog, takenAt } = await modelCatalog(dependencies, caller, connectionId);
        return { schemaReadAt: takenAt, hits: searchCatalog(catalog, query, limit) };
      },
    }),
    defineTool({
      right: "query.develop",
      scope: "write",
      risk: "write",
      idempotent: true,
      timeLimitMs: 15_000,
      name: "query.refreshSchema",
      title: "Read a database's schema anew",
      purpose: "Has the schema read again in the background, when tables have changed since it was read.",
      input: place,
      output: z.object({ state: z.string() }),
      run: async ({ connectionId }, { caller, userId }) => {
        const actor = { personId: userId, ip: null, requestId: null, ...credentialOf(caller) };
        const { state } = await refreshSchema(dependencies, caller, actor, connectionId);
        return { state };
      },
    }),
  ];
}

/** @throws AppError not_allowed without the consent; not_found */
async function modelCatalog(dependencies: ReadingDependencies, caller: MemberCaller, connectionId: string) {
  return dependencies.db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    const catalog = await readCatalog(tx, row);
    if (catalog === null) throw new AppError("not_found", { message: "The schema of this connection was never read." });
    const shown = catalogForModel(catalog.catalog, row.consents);
    if (shown === null) {
      throw new AppError("not_allowed", {
        message:
          "Nobody has allowed names of tables and columns of this database to go to a model. An admin can, in its settings.",
      });
    }
    const inferred = inferredKeysForModel(await readInferredKeys(tx, row, catalog.catalog), row.consents);
    await refreshIfStale(dependencies, tx, row);
    return { catalog: shown, inferred, takenAt: catalog.takenAt };
  });
}
