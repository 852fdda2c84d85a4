import type { Routing } from "@mindmesh/contracts/routing";
import type { Redis } from "ioredis";
import { Registry } from "prom-client";
import type { Database, Tenant } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import type { Outbound } from "../outbound/index.ts";
import type { Mail } from "../notify/index.ts";
import type { Notifications } from "../realtime/index.ts";
import type { Secrets } from "../secrets/index.ts";
import { keepBreakers } from "./breakers.ts";
import { postgresAnswers, redisAnswers } from "./cache/answer-store.ts";
import { cacheAnswers } from "./cache/cached-answers.ts";
import { nearQuestions } from "./cache/near-questions.ts";
import { type Connection, type ModelSettings, baseUrlsOf, readModelName, serverConnections } from "./connection.ts";
import { type ChosenModels, readChosenModels } from "./default-models.ts";
import { type EmbedRequest, type Embeddings, embed, usualEmbeddingModel } from "./embed.ts";
import { type GeneratedObject, type ObjectRequest, generateObject } from "./generate-object.ts";
import { modelMetrics } from "./metrics.ts";
import { recordCalls } from "./model-calls.ts";
import type { ModelPart, ModelRequest } from "./model-request.ts";
import { openLedger } from "./money/ledger.ts";
import { withSetPrice } from "./money/set-prices.ts";
import { type AvailableModel, type ListProblem, keepModelLists, listModels } from "./model-list.ts";
import { watchOllama } from "./ollama-watch.ts";
import { keepKeys, keyConnection } from "./provider-keys.ts";
import { type PassRequest, type PassTarget, type Passed, passThrough } from "./pass-through/pass-through.ts";
import { keepPrepared } from "./prepared/kept-prepared.ts";
import { chooseModels, connectionFor, readTier } from "./routing/choose-models.ts";
import { resolveRouting } from "./routing/resolve-routing.ts";
import { type StoredRouting, keepRouting } from "./routing/routing-rules.ts";
import { type StreamOne, streamChain } from "./stream-chain.ts";
import { streamModel } from "./stream-model.ts";
import { type TimeLimits, usualTimeLimits } from "./time-limits.ts";
import { usualModel } from "./usual-model.ts";

/** In whose name models are called. */
export type ModelTenant = Required<Tenant>;

export interface ModelOffer {
  models: AvailableModel[];
  problems: ListProblem[];
  chosen: ChosenModels;
  /** The model that a call without a name gets: the person's choice, the workspace's, else `usualModel`. */
  defaultModel: string | null;
}

/** The one way to any model. */
export interface ModelGateway {
  /** @throws AppError `no_model`, ModelFailed, or the signal's reason; see `streamModel` */
  stream(request: ModelRequest): AsyncGenerator<ModelPart, void, undefined>;
  /**
   * A call whose provider speaks the client's own format, its bytes passed through; one attempt, then `stream` is the
   * way. Null where the provider speaks another format or takes other fields.
   * @throws as `stream`
   */
  pass(request: PassRequest, target: PassTarget): Promise<Passed | null>;
  /** One object of a schema, checked; see `generateObject`. @throws as `stream`, and when the answer does not fit */
  generateObject<T>(request: ObjectRequest<T>): Promise<GeneratedObject<T>>;
  /** Vectors for texts; see `embed`. */
  embed(request: EmbedRequest): Promise<Embeddings>;
  /** The model that embeds when none is named; null when no provider can. */
  embeddingModel(tenant: ModelTenant): Promise<string | null>;
  /** The model to use when none was named; null when none is configured. @throws ModelFailed when no list can be had */
  defaultModel(tenant: ModelTenant): Promise<string | null>;
  /** Everything the caller can use; providers' lists are an hour old at most unless `refresh`. */
  listModels(tenant: ModelTenant, settings?: { refresh?: boolean }): Promise<ModelOffer>;
  /** Whether the caller has a way to the provider of `provider/model`, or for a tier to any. */
  canCall(tenant: ModelTenant, model: string): Promise<boolean>;
  /** After a change of prices or budgets on this server. */
  forgetMoney(workspaceId: string): void;
  /** Whether an answer to this request is prepared, which `stream` would give. Costs no statement. */
  isPrepared(request: Pick<ModelRequest, "workspaceId" | "model" | "system" | "messages">): Promise<boolean>;
  /** Whether the workspace has any prepared answers. */
  hasPrepared(workspaceId: string): Promise<boolean>;
  /** After a change of prepared answers on this server. */
  forgetPrepared(workspaceId: string): void;
  /** What the rules and the tiers come to for the caller now. */
  resolveRouting(tenant: ModelTenant, stored: StoredRouting): Promise<Pick<Routing, "resolved" | "automatic">>;
  /** After a change of the routing rules on this server. */
  forgetRouting(workspaceId: string): void;
  /** After a change of keys on this server. */
  forgetKeys(workspaceId: string): void;
  /** Resolves when the records of all calls that have ended are written. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface GatewayDependencies {
  db: Database;
  settings: ModelSettings;
  secrets: Secrets;
  outbound: Outbound;
  /** Where the metrics of model calls go. */
  registry?: Registry;
  /** Of this process in `kernel.servers`, so that what its calls have reserved is given back when it dies. */
  serverId?: string;
  /** By which servers tell each other what has changed; without it changes on other servers hold after 5 s. */
  notifications?: Notifications;
  /** How people are told of their budgets beside the page; null or missing: not by e-mail. */
  mail?: Pick<Mail, "send"> | null;
  /** Where answers are kept that may be given again; PostgreSQL otherwise. */
  redis?: Redis | null;
  /** Hears of what went wrong beside the calls, such as a record that could not be written. */
  onError: (error: unknown) => void;
  limits?: Partial<TimeLimits>;
}

/** Opens the gateway: reads the server's own keys and begins to look for a local Ollama. */
export function openGateway({
  db,
  settings,
  secrets,
  outbound,
  registry,
  serverId,
  notifications: heard,
  mail,
  redis,
  onError,
  limits,
}: GatewayDependencies): ModelGateway {
  const baseUrls = baseUrlsOf(settings);
  const ownConnections = serverConnections(settings, outbound);
  const ollama = watchOllama(settings, outbound);
  const notifications = heard ?? null;
  const keys = keepKeys(db, notifications, (rows) => [
    ...rows.map((row) => keyConnection(row, secrets, outbound, baseUrls)).filter((each) => each !== null),
    ...ownConnections,
  ]);
  const routing = keepRouting(db, notifications);
  const lists = keepModelLists();
  const breakerOf = keepBreakers();
  const recorder = recordCalls(db, modelMetrics(registry ?? new Registry()), onError);
  const ledger = openLedger({ db, recorder, serverId: serverId ?? null, notifications, mail: mail ?? null, onError });
  const store = redis ? redisAnswers(redis, onError) : postgresAnswers(db, onError);
  const near = nearQuestions(db, embedTexts, onError);
  const prepared = keepPrepared(db, notifications, onError);
  const answers = cacheAnswers({ prepared, store, near, recorder, modelOf: (request) => defaultModel(request) });
  const timeLimits = { ...usualTimeLimits, ...limits };

  /** All ways to providers that the caller has, in the order in which they are tried: the person's key wins. */
  async function connectionsOf(tenant: ModelTenant): Promise<Connection[]> {
    const known = await keys.read(tenant.workspaceId, tenant.userId);
    // Asked last: while the keys of the first call are read, an Ollama may be found.
    const local = ollama.connection();
    return local === null ? known : [...known, local];
  }

  async function offer(tenant: ModelTenant, refresh = false): Promise<ModelOffer> {
    if (refresh) await ollama.probe();
    const [connections, chosen, { prices }] = await Promise.all([
      connectionsOf(tenant),
      db.withWorkspace(tenant, (tx) => readChosenModels(tx, tenant.workspaceId)),
      ledger.rules.read(tenant.workspaceId),
    ]);
    const listed = await listModels(connections, lists, refresh);
    const found = { ...listed, models: listed.models.map((model) => withSetPrice(model, prices)) };
    // A choice holds as long as its provider can be called; the list need not name it.
    const choice = [chosen.person, chosen.workspace].find((id) => id !== null && connectionFor(connections, id));
    return { ...found, chosen, defaultModel: choice ?? usualModel(found.models, connections) };
  }

  async function defaultModel(tenant: ModelTenant): Promise<string | null> {
    const { defaultModel: id, problems } = await offer(tenant);
    const [problem] = problems;
    if (id === null && problem) throw new AppError("model_failed", { message: problem.message });
    return id;
  }

  async function embedTexts(request: EmbedRequest): Promise<Embeddings> {
    return embed(request, { connections: await connectionsOf(request), limits: timeLimits, ledger });
  }

  async function* answer(request: ModelRequest, isHeldBack: boolean): AsyncGenerator<ModelPart, void, undefined> {
    const choice = await chooseModels(request, {
      connections: await connectionsOf(request),
      lists,
      routing: () => routing.read(request.workspaceId),
      defaultModel: () => defaultModel(request),
    });
    const streamOne: StreamOne = (asked, { connection, name, route }) => {
      const breaker = breakerOf(connection.baseUrl, name.model);
      return streamModel(asked, { connection, name, breaker, limits: timeLimits, ledger, route });
    };
    yield* streamChain(request, choice, streamOne, isHeldBack);
  }

  async function pass(request: PassRequest, target: PassTarget): Promise<Passed | null> {
    const name = readModelName(request.model);
    const connection = name && connectionFor(await connectionsOf(request), request.model);
    if (!name || !connection) return null;
    const breaker = breakerOf(connection.baseUrl, name.model);
    const route = "asked for by name";
    return passThrough(request, { connection, name, breaker, limits: timeLimits, ledger, route }, target);
  }

  return {
    stream: (request) => answers.through(request, (asked) => answer(asked, false)),
    generateObject: (request) => generateObject(request, (asked) => answer(asked, true)),
    embed: embedTexts,
    embeddingModel: async (tenant) => usualEmbeddingModel(await connectionsOf(tenant), AbortSignal.timeout(8_000)),
    pass,
    defaultModel,
    listModels: (tenant, { refresh } = {}) => offer(tenant, refresh),
    async canCall(tenant, model) {
      const connections = await connectionsOf(tenant);
      return readTier(model) === null ? connectionFor(connections, model) !== undefined : connections.length > 0;
    },
    resolveRouting: async (tenant, stored) => resolveRouting(stored, await connectionsOf(tenant), lists),
    isPrepared: prepared.has,
    hasPrepared: prepared.hasAny,
    forgetPrepared: prepared.forget,
    forgetRouting: routing.forget,
    forgetMoney: ledger.rules.forget,
    forgetKeys: keys.forget,
    async drain() {
      await answers.drain();
      await Promise.all([recorder.drain(), ledger.drain()]);
    },
    async close() {
      ollama.stop();
      await answers.drain();
      await Promise.all([recorder.drain(), ledger.close()]);
    },
  };
}
