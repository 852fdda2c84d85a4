import { routingRoutes } from "@mindmesh/contracts/routing";
import type { FastifyInstance } from "fastify";
import { actorOf, audit } from "../../audit/index.ts";
import type { Database } from "../../db/index.ts";
import { implement, requireRight, tenantOf } from "../../http/index.ts";
import { emitModelsChanged } from "../add-provider-key.ts";
import type { ModelGateway } from "../gateway.ts";
import { readRouting, writeRouting } from "./routing-rules.ts";

/** Registers seeing and changing where model calls go. */
export function routingRoutesOn(app: FastifyInstance, { db, gateway }: { db: Database; gateway: ModelGateway }): void {
  implement(app, routingRoutes, {
    readRouting: async ({ caller }) => {
      const stored = await db.withWorkspace(tenantOf(caller), (tx) => readRouting(tx, caller.workspaceId));
      return { ...stored, ...(await gateway.resolveRouting(tenantOf(caller), stored)) };
    },
    changeRouting: async ({ caller, body, request }) => {
      requireRight(caller, "workspace.configure");
      const stored = await db.withWorkspace(tenantOf(caller), async (tx) => {
        const before = await readRouting(tx, caller.workspaceId);
        await writeRouting(tx, caller.workspaceId, body);
        await audit(tx, actorOf(request), {
          workspaceId: caller.workspaceId,
          action: "model_routing.changed",
          details: {
            rules: body.rules.length,
            rulesBefore: before.rules.length,
            tiers: [...new Set(body.rules.map((rule) => rule.tier))].join(", "),
            namedFallsBack: body.namedFallsBack,
          },
        });
        await emitModelsChanged(tx, caller, null);
        return readRouting(tx, caller.workspaceId);
      });
      gateway.forgetRouting(caller.workspaceId);
      return { ...stored, ...(await gateway.resolveRouting(tenantOf(caller), stored)) };
    },
  });
}
