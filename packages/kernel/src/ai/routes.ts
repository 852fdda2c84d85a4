import { type ProviderKey, modelRoutes } from "@mindmesh/contracts/models";
import type { FastifyInstance } from "fastify";
import { actorOf, audit } from "../audit/index.ts";
import { AppError } from "../errors/index.ts";
import { implement, tenantOf } from "../http/index.ts";
import { type KeyDependencies, addProviderKey, emitModelsChanged, mayConfigure } from "./add-provider-key.ts";
import { deleteProviderKey, retestProviderKey } from "./change-provider-key.ts";
import { chooseModel } from "./default-models.ts";
import type { ModelGateway } from "./gateway.ts";
import { modelHelp } from "./model-help.ts";
import { priceTable } from "./price.ts";
import { type ProviderKeyRow, readProviderKeys } from "./provider-keys.ts";

/** What leaves the server of a key: never the key. */
function keyShape(row: ProviderKeyRow): ProviderKey {
  if (row.kind === "ollama") throw new Error("an Ollama has no key");
  return {
    id: row.id,
    owner: row.personId === null ? "workspace" : "person",
    kind: row.kind,
    provider: row.provider,
    name: row.label,
    baseUrl: row.baseUrl,
    lastFour: row.lastFour,
    test: { result: row.testResult, message: row.testMessage, at: row.testedAt },
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

export interface ModelRouteDependencies extends Omit<KeyDependencies, "forgetKeys"> {
  gateway: ModelGateway;
}

/** Registers the list of models, provider keys and the choice of a default model. */
export function modelRoutesOn(app: FastifyInstance, { gateway, ...rest }: ModelRouteDependencies): void {
  const keys: KeyDependencies = { ...rest, forgetKeys: gateway.forgetKeys };
  const { db } = rest;
  implement(app, modelRoutes, {
    listModels: async ({ caller, query }) => {
      const { models, ...offer } = await gateway.listModels(tenantOf(caller), { refresh: query.refresh === "true" });
      const help = models.length === 0 && offer.defaultModel === null ? modelHelp() : [];
      return { ...offer, items: models, priceTable, help };
    },
    chooseModel: async ({ caller, body, request }) => {
      mayConfigure(caller, body.owner);
      if (body.model !== null && !(await gateway.canCall(tenantOf(caller), body.model))) {
        throw new AppError("invalid_fields", { fields: { model: "There is no key for this provider." } });
      }
      const personId = body.owner === "person" ? caller.personId : null;
      await db.withWorkspace(tenantOf(caller), async (tx) => {
        await chooseModel(tx, caller.workspaceId, personId, body.model);
        if (personId === null) {
          const details = { model: body.model };
          await audit(tx, actorOf(request), {
            workspaceId: caller.workspaceId,
            action: "default_model.changed",
            details,
          });
        }
        await emitModelsChanged(tx, caller, personId);
      });
    },
    listProviderKeys: async ({ caller }) => {
      const rows = await db.withWorkspace(tenantOf(caller), (tx) => readProviderKeys(tx, caller.workspaceId));
      return { items: rows.map(keyShape) };
    },
    addProviderKey: async ({ caller, body, request }) =>
      keyShape(await addProviderKey(keys, caller, actorOf(request), body)),
    testProviderKey: async ({ caller, params }) => keyShape(await retestProviderKey(keys, caller, params.keyId)),
    deleteProviderKey: ({ caller, params, request }) => deleteProviderKey(keys, caller, actorOf(request), params.keyId),
  });
}
