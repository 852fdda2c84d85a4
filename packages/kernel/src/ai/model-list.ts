import { createHash } from "node:crypto";
import { modelName } from "@mindmesh/contracts/models";
import { LRUCache } from "lru-cache";
import { type Connection, type KeySource, providerOf } from "./connection.ts";
import { explainFailure } from "./explain-failure.ts";
import { ModelFailed } from "./failures.ts";
import { type Price, describeModel } from "./price.ts";
import type { ListedModel } from "./providers/index.ts";

/** A model that the caller can use. */
export interface AvailableModel {
  /** `provider/model`. */
  id: string;
  provider: string;
  providerLabel: string;
  name: string;
  /** Null: unknown. */
  contextTokens: number | null;
  /** Null: unknown, which does not mean free. */
  price: Price | null;
  /** Whose key pays for it. */
  via: KeySource;
}

/** A provider whose list could not be had; its models may be missing or an hour old. */
export interface ListProblem {
  provider: string;
  providerLabel: string;
  via: KeySource;
  message: string;
}

const keepMs = 60 * 60 * 1000;
const patienceMs = 8_000;

/** The providers' own lists, kept for an hour per address and key. */
export interface ModelLists {
  /** @throws ModelFailed when there is no list, not even an old one */
  of(connection: Connection, refresh?: boolean): Promise<{ models: ListedModel[]; problem: string | null }>;
}

interface Kept {
  models: ListedModel[] | null;
  at: number;
  asking: Promise<ListedModel[]> | null;
}

export function keepModelLists(): ModelLists {
  const kept = new LRUCache<string, Kept>({ max: 500 });

  async function ask(connection: Connection, apiKey: string | null, entry: Kept): Promise<ListedModel[]> {
    try {
      const { baseUrl, fetch } = connection;
      const models = await providerOf(connection).listModels(
        { baseUrl, apiKey, fetch },
        AbortSignal.timeout(patienceMs),
      );
      Object.assign(entry, { models, at: Date.now() });
      return models;
    } catch (error) {
      throw new ModelFailed(explainFailure(error, connection.label, apiKey), false, error);
    } finally {
      entry.asking = null;
    }
  }

  return {
    async of(connection, refresh = false) {
      const apiKey = connection.readKey();
      // The digest keeps keys out of the memory of the cache.
      const key = createHash("sha256").update(`${connection.kind} ${connection.baseUrl} ${apiKey}`).digest("base64");
      const entry = kept.get(key) ?? { models: null, at: 0, asking: null };
      kept.set(key, entry);
      if (!refresh && entry.models !== null && Date.now() - entry.at < keepMs)
        return { models: entry.models, problem: null };
      try {
        // Callers at the same moment share one request.
        return { models: await (entry.asking ??= ask(connection, apiKey, entry)), problem: null };
      } catch (error) {
        if (entry.models === null || !(error instanceof ModelFailed)) throw error;
        return { models: entry.models, problem: error.message };
      }
    },
  };
}

/** Everything that `connections` offer. Where two have the same provider the first one is the one that is called. */
export async function listModels(
  connections: Connection[],
  lists: ModelLists,
  refresh = false,
): Promise<{ models: AvailableModel[]; problems: ListProblem[] }> {
  const used = [...new Map(connections.toReversed().map((each) => [each.provider, each])).values()].toReversed();
  const found = await Promise.all(
    used.map(async (connection) => {
      const { provider, label: providerLabel, source: via } = connection;
      const problem = (message: string): ListProblem => ({ provider, providerLabel, via, message });
      try {
        const list = await lists.of(connection, refresh);
        const models = list.models.map(({ model, name, contextTokens }): AvailableModel => {
          const known = describeModel(connection, model);
          return {
            id: `${provider}/${model}`,
            provider,
            providerLabel,
            name: name ?? known.name ?? model,
            contextTokens: contextTokens ?? known.contextTokens,
            price: known.price,
            via,
          };
        });
        return {
          models: models.filter(({ id }) => modelName.safeParse(id).success),
          problems: list.problem === null ? [] : [problem(list.problem)],
        };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        return { models: [], problems: [problem(error.message)] };
      }
    }),
  );
  return { models: found.flatMap((each) => each.models), problems: found.flatMap((each) => each.problems) };
}
