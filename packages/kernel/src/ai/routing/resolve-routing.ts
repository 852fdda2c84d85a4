import { type Routing, complexities, modelTiers } from "@mindmesh/contracts/routing";
import type { Connection } from "../connection.ts";
import type { ModelLists } from "../model-list.ts";
import { automaticChain } from "./automatic-chain.ts";
import { connectionFor } from "./choose-models.ts";
import type { StoredRouting } from "./routing-rules.ts";

/** What the rules and the tiers come to over these connections, for a short prompt without images. */
export async function resolveRouting(
  { rules }: StoredRouting,
  connections: Connection[],
  lists: ModelLists,
): Promise<Pick<Routing, "resolved" | "automatic">> {
  const wanted = modelTiers.flatMap((tier) => complexities.map((complexity) => ({ tier, complexity })));
  const automatic = await Promise.all(
    wanted.map(async ({ tier, complexity }) => {
      const task = { product: "", promptTokens: 0, hasImages: false, hasTools: false, complexity };
      const chain = await automaticChain(tier, task, connections, lists);
      const models = chain.map(({ connection, model }) => ({
        model: `${connection.provider}/${model}`,
        via: connection.source,
      }));
      return { tier, complexity, models };
    }),
  );
  const resolved = rules.map((rule) =>
    rule.models.map((model) => ({ model, via: connectionFor(connections, model)?.source ?? null })),
  );
  return { resolved, automatic };
}
