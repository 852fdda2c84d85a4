import { connectionRoutes } from "@mindmesh/contracts/query/connections";
import { schemaRoutes } from "@mindmesh/contracts/query/schema";
import { actorOf } from "@mindmesh/kernel/audit";
import { implement, rawBody } from "@mindmesh/kernel/http";
import type { FastifyInstance, FastifyReply } from "fastify";
import { cancelReading } from "../catalog/cancel-reading.ts";
import { decideInferredKey } from "../catalog/inferred-keys.ts";
import { listReadings } from "../catalog/list-readings.ts";
import { readSchema, readTable, searchSchema } from "../catalog/read-schema.ts";
import { refreshSchema } from "../catalog/start-reading.ts";
import { changeConnection } from "./change-connection.ts";
import { type ConnectionDependencies, createConnection } from "./create-connection.ts";
import { uploadDataFile } from "./data-files.ts";
import { deleteConnection } from "./delete-connection.ts";
import { listConnections } from "./list-connections.ts";
import { testConnection, testPlace } from "./try-connection.ts";

/** Registers the routes of connections and their schemas. */
export function connectionRoutesOn(app: FastifyInstance, dependencies: ConnectionDependencies): void {
  const { db } = dependencies;
  implement(app, connectionRoutes, {
    listConnections: async ({ caller }) => ({ items: await listConnections(db, caller) }),
    createConnection: ({ caller, body, request }) => createConnection(dependencies, caller, actorOf(request), body),
    testPlace: ({ caller, body, request, reply }) =>
      testPlace(dependencies, caller, actorOf(request), body, whenGone(reply)),
    testConnection: ({ caller, params, body, request, reply }) =>
      testConnection(dependencies, caller, actorOf(request), { ...params, ...body }, whenGone(reply)),
    changeConnection: ({ caller, params, body, request }) =>
      changeConnection(dependencies, caller, actorOf(request), params.connectionId, body),
    deleteConnection: ({ caller, params, request }) =>
      deleteConnection(dependencies, caller, actorOf(request), params.connectionId),
    uploadDataFile: ({ caller, query, request }) =>
      uploadDataFile(dependencies, caller, { name: query.name, ...rawBody(request) }),
  });
  implement(app, schemaRoutes, {
    readSchema: ({ caller, params }) => readSchema(dependencies, caller, params.connectionId),
    readTable: ({ caller, params, query }) => readTable(dependencies, caller, params.connectionId, query),
    searchSchema: async ({ caller, params, query }) => ({
      items: await searchSchema(dependencies, caller, params.connectionId, query),
    }),
    refreshSchema: ({ caller, params, request }) =>
      refreshSchema(dependencies, caller, actorOf(request), params.connectionId),
    listReadings: async ({ caller, params }) => ({ items: await listReadings(db, caller, params.connectionId) }),
    cancelReading: ({ caller, params }) => cancelReading(dependencies, caller, params.connectionId),
    decideInferredKey: ({ caller, params, body, request }) =>
      decideInferredKey(db, caller, actorOf(request), { ...params, ...body }),
  });
}

/** Aborts when the client went away before its answer. */
function whenGone(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) left.abort(new Error("The client is gone."));
  });
  return left.signal;
}
