import type { FastifyInstance } from "fastify";
import type { ConnectionDependencies } from "./connections/create-connection.ts";
import { connectionRoutesOn } from "./connections/routes.ts";
import { workbenchRoutesOn } from "./workbench-routes.ts";
import { mockDataRoutesOn } from "./mock-data/routes.ts";
import { sampleShopRoutesOn } from "./sample-shop/routes.ts";

/** Registers the HTTP routes of Query. */
export function queryRoutesOn(app: FastifyInstance, dependencies: ConnectionDependencies): void {
  connectionRoutesOn(app, dependencies);
  workbenchRoutesOn(app, dependencies);
  sampleShopRoutesOn(app, dependencies);
  mockDataRoutesOn(app, dependencies);
}
