import { type ModelTier, modelTier } from "@mindmesh/contracts/routing";
import { AppError } from "../../errors/index.ts";
import { type Connection, type ModelName, isOwn, readModelName } from "../connection.ts";
import type { FailureKind } from "../explain-failure.ts";
import type { ModelLists } from "../model-list.ts";
import type { ModelRequest } from "../model-request.ts";
import { type ProviderKind, providers } from "../providers/index.ts";
import { automaticChain } from "./automatic-chain.ts";
import { type StoredRouting, conditionWords, ruleFor } from "./routing-rules.ts";
import { type Task, taskOf } from "./task.ts";

/** A model that may answer, and why. */
export interface Candidate {
  connection: Connection;
  name: ModelName;
  /** In words, for the record. */
  route: string;
}

/** The models that may answer a request, in the order in which they are tried. */
export interface Choice {
  candidates: AsyncIterable<Candidate>;
  /** Whether the next one is tried after a failure of this kind. */
  goesOnAfter(kind: FailureKind): boolean;
}

export interface ChoiceSettings {
  connections: Connection[];
  lists: ModelLists;
  routing: () => Promise<StoredRouting>;
  /** Asked when the request names no model. */
  defaultModel: () => Promise<string | null>;
}

/** Each may take its whole time to begin, so there are few. */
const mostCandidates = 4;

// What is wrong with a key or a name is for its owner to know and mend; another model would only hide it.
const passing: ReadonlySet<FailureKind> = new Set([
  "too_many",
  "overloaded",
  "unreachable",
  "timeout",
  "bad_answer",
  "cut",
  "circuit_open",
]);

/** A tier's name, or null for anything else. */
export function readTier(model: string | undefined): ModelTier | null {
  const tier = modelTier.safeParse(model);
  return tier.success ? tier.data : null;
}

/** The first connection to the provider of a model: the order says whose key wins. */
export function connectionFor(connections: Connection[], model: string): Connection | undefined {
  const name = readModelName(model);
  return connections.find((each) => each.provider === name?.provider);
}

const payers = { person: "your own key", workspace: "the workspace's key", server: "the server's key", local: "local" };

async function* tierCandidates(
  tier: ModelTier,
  task: Task,
  routing: StoredRouting,
  { connections, lists }: ChoiceSettings,
  why: string,
  /** A provider that has just failed; tried after the others, unless a rule says otherwise. */
  failed?: string,
): AsyncGenerator<Candidate> {
  const decided = ruleFor(routing.rules, tier, task);
  if (decided) {
    const { rule, number } = decided;
    for (const [index, id] of rule.models.entries()) {
      const connection = connectionFor(connections, id);
      const name = readModelName(id);
      if (!connection || !name) continue;
      const place = `model ${index + 1} of ${rule.models.length}`;
      const route = `${why}rule ${number} (${conditionWords(rule.when)}), ${place}, ${payers[connection.source]}`;
      yield { connection, name, route };
    }
    return;
  }
  const found = await automaticChain(tier, task, connections, lists);
  const isFailed = (each: { connection: Connection }) => each.connection.provider === failed;
  const chain = [...found.filter((each) => !isFailed(each)), ...found.filter(isFailed)];
  for (const [index, { connection, model }] of chain.entries()) {
    const place = `choice ${index + 1} of ${chain.length}`;
    const route = `${why}automatic (${task.complexity} task), ${place}, ${payers[connection.source]}`;
    yield { connection, name: { provider: connection.provider, model }, route };
  }
}

async function* namedCandidates(request: ModelRequest, id: string, settings: ChoiceSettings) {
  const name = readModelName(id);
  const connection = connectionFor(settings.connections, id);
  if (!name || !connection) throw missingKey(id, name?.provider);
  const route = request.model === undefined ? "the default model" : "asked for by name";
  yield { connection, name, route: `${route}, ${payers[connection.source]}` };
  if (request.fallback === false) return;
  const routing = await settings.routing();
  if (!routing.namedFallsBack) return;
  const task = taskOf(request);
  // Whoever chose a model of their own house did not choose to send their words to a stranger: only a rule may.
  if (isOwn(connection) && ruleFor(routing.rules, "backup", task) === null) return;
  yield* tierCandidates("backup", task, routing, settings, `instead of ${id}: backup: `, name.provider);
}

async function* tierThenBackup(request: ModelRequest, tier: ModelTier, settings: ChoiceSettings) {
  const routing = await settings.routing();
  const task = taskOf(request);
  yield* tierCandidates(tier, task, routing, settings, `${tier}: `);
  // An admin's list of models is complete; only another list of theirs goes on from it.
  const isDecided = ruleFor(routing.rules, tier, task) !== null;
  if (tier === "backup" || (isDecided && ruleFor(routing.rules, "backup", task) === null)) return;
  yield* tierCandidates("backup", task, routing, settings, `${tier}, then backup: `);
}

async function* few(candidates: AsyncIterable<Candidate>, most: number): AsyncGenerator<Candidate> {
  const seen = new Set<string>();
  for await (const candidate of candidates) {
    const { provider, model } = candidate.name;
    if (seen.has(`${provider}/${model}`)) continue;
    seen.add(`${provider}/${model}`);
    yield candidate;
    if (seen.size >= most) return;
  }
}

/** Who may answer a request, worked out as far as it is needed. `candidates` throws AppError no_model when nobody can. */
export async function chooseModels(request: ModelRequest, settings: ChoiceSettings): Promise<Choice> {
  const tier = readTier(request.model);
  if (tier !== null) {
    const candidates = tierThenBackup(request, tier, settings);
    return {
      candidates: few(candidates, request.fallback === false ? 1 : mostCandidates),
      // The caller did not ask for this model, so what is wrong with it is no answer. A bad request stays one.
      goesOnAfter: (kind) => kind !== "bad_request",
    };
  }
  const id = request.model ?? (await settings.defaultModel());
  if (id === null) throw new AppError("no_model");
  return {
    candidates: few(namedCandidates(request, id, settings), mostCandidates),
    goesOnAfter: (kind) => passing.has(kind),
  };
}

function missingKey(id: string, provider: string | undefined): AppError {
  const label = provider !== undefined && provider in providers ? providers[provider as ProviderKind].label : provider;
  if (provider === "ollama") {
    return new AppError("no_model", { message: `No Ollama is running for ${id}. Start it, or choose another model.` });
  }
  return new AppError("no_model", {
    message:
      label === undefined
        ? `"${id}" is not the name of a model.`
        : `There is no key for ${label}, so ${id} cannot be used. Add one under Settings, Models, or choose another model.`,
  });
}
