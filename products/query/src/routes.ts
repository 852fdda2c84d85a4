import { connectionRoutes } from "@mindmesh/contracts/query/connections";
import type { Database } from "@mindmesh/kernel/db";
import { implement } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { listConnections } from "./connections/list-connections.ts";

/** Registers the HTTP routes of Query. */
export function queryRoutesOn(app: FastifyInstance, { db }: { db: Database }): void {
  implement(app, connectionRoutes, {
    listConnections: async ({ caller }) => ({ items: await listConnections(db, caller) }),
  });
}
