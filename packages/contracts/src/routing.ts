import { z } from "zod";
import { moment, workspaceParams } from "./fields.ts";
import { keySource, modelName } from "./models.ts";
import { defineRoute } from "./route.ts";

/** What a model is wanted for, where a caller names a purpose instead of a model. */
export const modelTiers = ["fast", "quality", "cheap", "backup"] as const;
export const modelTier = z.enum(modelTiers);
export type ModelTier = z.infer<typeof modelTier>;

/** How much a task asks of a model, told by what can be counted: see `docs/decisions/0032`. */
export const complexities = ["simple", "ordinary", "hard"] as const;
export const complexity = z.enum(complexities);
export type Complexity = z.infer<typeof complexity>;

/** All that are given must hold; a rule without any holds always. */
export const routingCondition = z.object({
  product: z
    .string()
    .trim()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, "Must be the name of a product, such as chat.")
    .optional(),
  complexity: complexity.optional(),
  /** Tokens of the prompt, estimated, and more. */
  longerThanTokens: z.number().int().min(1).max(10_000_000).optional(),
  images: z.literal(true).optional(),
  tools: z.literal(true).optional(),
});
export type RoutingCondition = z.infer<typeof routingCondition>;

export const routingRule = z.object({
  tier: modelTier,
  when: routingCondition,
  /** In the order in which they are tried. */
  models: z.array(modelName).min(1, "Name at least one model.").max(8, "At most 8 models."),
});
export type RoutingRule = z.infer<typeof routingRule>;

/** What an admin decides about where calls go. Tiers without a rule that holds choose by themselves. */
export const routingRules = z.object({
  /** Of each tier the first that holds decides. */
  rules: z.array(routingRule).max(40, "At most 40 rules."),
  /** Whether the backup tier answers when a model that was asked for by name cannot. */
  namedFallsBack: z.boolean(),
});
export type RoutingRules = z.infer<typeof routingRules>;

/** A model of a chain, as it stands for the caller now. */
export const routedModel = z.object({
  model: modelName,
  /** Whose key would pay; null: nobody has one, so it is passed over. */
  via: keySource.nullable(),
});

export const routing = routingRules.extend({
  /** Null: nobody has changed anything. */
  changedAt: moment.nullable(),
  /** Each rule's models, in the order of `rules`. */
  resolved: z.array(z.array(routedModel)),
  /** What each tier chooses by itself, for each complexity, where no rule holds. */
  automatic: z.array(z.object({ tier: modelTier, complexity, models: z.array(routedModel) })),
});
export type Routing = z.infer<typeof routing>;

const base = "/api/workspaces/:workspaceId/models/routing" as const;

export const routingRoutes = {
  readRouting: defineRoute({
    method: "GET",
    path: base,
    summary: "Where model calls go: the rules, and what each tier resolves to for the caller now",
    tag: "models",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: routing,
  }),
  changeRouting: defineRoute({
    method: "PUT",
    path: base,
    summary: "Replace the rules of where model calls go (owners and admins)",
    tag: "models",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    body: routingRules,
    response: routing,
  }),
};
