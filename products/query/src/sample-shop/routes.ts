import { sampleShopRoutes } from "@mindmesh/contracts/query/sample-shop";
import { actorOf } from "@mindmesh/kernel/audit";
import { implement } from "@mindmesh/kernel/http";
import type { FastifyInstance } from "fastify";
import { addSampleShop, type SampleShopDependencies } from "./add-sample-shop.ts";

export function sampleShopRoutesOn(app: FastifyInstance, dependencies: SampleShopDependencies): void {
  implement(app, sampleShopRoutes, {
    addSampleShop: ({ caller, request }) => addSampleShop(dependencies, caller, actorOf(request)),
  });
}
