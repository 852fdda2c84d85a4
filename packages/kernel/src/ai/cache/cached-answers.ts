import { v7 as uuidv7 } from "uuid";
import { AppError } from "../../errors/index.ts";
import { readModelName } from "../connection.ts";
import { ModelFailed } from "../failures.ts";
import type { CallRecorder } from "../model-calls.ts";
import type { ModelPart, ModelRequest } from "../model-request.ts";
import type { CacheWay } from "../schema.ts";
import type { KeptPrepared } from "../prepared/kept-prepared.ts";
import { answerKey, isCacheable } from "./answer-key.ts";
import type { AnswerStore, KeptAnswer } from "./answer-store.ts";
import type { NearQuestions, Question } from "./near-questions.ts";
import { type SharedStream, shareStream } from "./shared-stream.ts";

type Parts = AsyncGenerator<ModelPart, void, undefined>;
type Live = (request: ModelRequest) => Parts;
type Finish = Extract<ModelPart, { type: "finish" }>;
/** Where an answer comes from: it was kept, or it comes just now; null when nobody waited for it any more. */
type Source = { kept: KeptAnswer; way: "exact" | "near" } | { shared: SharedStream<ModelPart> | null };

/** The look-up and then the call of one request, for all who ask it in the meantime. */
interface Turn {
  /** How many wait for the look-up. */
  waiting: number;
  source: Promise<Source>;
  /** The next one to ask looks anew. */
  over: () => void;
}

/** The call that the answer was made by. */
type Origin = Omit<KeptAnswer, "parts">;

export interface CacheDependencies {
  prepared: Pick<KeptPrepared, "find">;
  store: AnswerStore;
  near: NearQuestions;
  recorder: CallRecorder;
  /** The name that a request without one is answered under: a model's or a tier's. */
  modelOf: (request: ModelRequest) => Promise<string | null>;
}

/**
 * Answers that were given before. `through` answers a request from the cache, together with the same request that runs
 * just now on this server, or by `live`, and keeps what `live` gives when it ended by itself.
 */
export interface AnswerCache {
  through(request: ModelRequest, live: Live): Parts;
  /** Resolves when everything that is to be kept is. */
  drain(): Promise<void>;
}

export function cacheAnswers({ prepared, store, near, recorder, modelOf }: CacheDependencies): AnswerCache {
  const turns = new Map<string, Turn>();
  const keeping = new Set<Promise<void>>();

  /** Starts the call for everybody who asks the same until it has ended and is kept. */
  function start(
    request: ModelRequest,
    key: Buffer,
    live: Live,
    onEnd: () => void,
    question: Question | null,
  ): SharedStream<ModelPart> {
    const controller = new AbortController();
    const parts: ModelPart[] = [];
    let keep: Promise<void> | undefined;
    async function* collected(): Parts {
      for await (const part of live({ ...request, signal: controller.signal })) {
        parts.push(part);
        yield part;
      }
      const answer = keptAnswer(parts);
      if (answer === null) return;
      const writing = Promise.all([store.keep(request.workspaceId, key, answer), question?.remember(key)])
        .then(() => undefined)
        .finally(() => keeping.delete(writing));
      keep = writing;
      keeping.add(writing);
    }
    return shareStream(
      collected(),
      () => controller.abort(new Error("nobody waits for the answer any more")),
      () => {
        if (keep) void keep.then(onEnd);
        else onEnd();
      },
    );
  }

  /** Looks for the answer, and starts the call where there is none and somebody still waits. */
  function take(request: ModelRequest, model: string, key: Buffer, live: Live): Turn {
    const id = turnOf(request, key);
    const over = () => {
      if (turns.get(id) === turn) turns.delete(id);
    };
    async function find(): Promise<Source> {
      const { workspaceId } = request;
      const same = await store.find(workspaceId, key);
      const question = same || request.cache !== "near" ? null : await near.read(request, model);
      let similar: KeptAnswer | null = null;
      for (const place of question?.nearest ?? []) similar ??= await store.find(workspaceId, place);
      const kept = same ?? similar;
      if (kept || turn.waiting === 0) over();
      if (kept) return { kept, way: same ? "exact" : "near" };
      return { shared: turn.waiting === 0 ? null : start(request, key, live, over, question) };
    }
    const turn: Turn = { waiting: 0, source: Promise.resolve().then(find), over };
    turns.set(id, turn);
    return turn;
  }

  /** The end of an answer that cost nothing, and its record. */
  function free(request: ModelRequest, from: Origin, way: CacheWay, reason: Finish["reason"]): Finish {
    const { workspaceId, userId, product, apiKeyId = null } = request;
    const { model, provider, keySource, costUsd, usage } = from;
    const callId = uuidv7();
    const route = routes[way];
    const name = { provider, model: model.slice(provider.length + 1) };
    const cache = { way, ageMs: Math.max(0, Date.now() - from.madeAt), savedUsd: costUsd };
    recorder.begin({ workspaceId, userId, apiKeyId, product, ...name, keySource, route }, callId).fromCache(cache);
    return { type: "finish", reason, usage, costUsd: 0, model, provider, keySource, retries: 0, route, callId, cache };
  }

  /** Follows a call of somebody else. What stops only that caller does not stop this one. */
  async function* follow(request: ModelRequest, shared: SharedStream<ModelPart>, live: Live): Parts {
    let hasBegun = false;
    try {
      for await (const part of shared.read(request.signal)) {
        hasBegun = true;
        yield part.type === "finish" ? free(request, { ...part, madeAt: Date.now() }, "shared", part.reason) : part;
      }
      return;
    } catch (error) {
      // A budget or a missing key of the other caller; what failed at the provider would fail here too.
      if (hasBegun || request.signal?.aborted || !(error instanceof AppError) || error instanceof ModelFailed)
        throw error;
    }
    yield* live(request);
  }

  async function* through(request: ModelRequest, live: Live): Parts {
    const mayBeKept = isCacheable(request);
    const ready = mayBeKept ? await prepared.find(request) : null;
    if (ready) {
      yield* ready.parts;
      yield free(request, ready, "prepared", "stop");
      return;
    }
    const model = mayBeKept && request.cache !== "prepared" ? (request.model ?? (await modelOf(request))) : null;
    if (model === null) {
      yield* live(request);
      return;
    }
    const key = answerKey(request, model);
    const id = turnOf(request, key);
    for (;;) {
      request.signal?.throwIfAborted();
      const other = turns.get(id);
      const turn = other ?? take(request, model, key, live);
      turn.waiting += 1;
      const source = await turn.source.finally(() => {
        turn.waiting -= 1;
      });
      if ("kept" in source) {
        yield* source.kept.parts;
        yield free(request, source.kept, source.way, "stop");
        return;
      }
      if (source.shared?.isOpen()) {
        yield* other ? follow(request, source.shared, live) : source.shared.read(request.signal);
        return;
      }
      // It failed or was given up just now: this call is not to suffer from it.
      turn.over();
      if (!other) {
        yield* live(request);
        return;
      }
    }
  }

  return {
    through,
    async drain() {
      await Promise.all(keeping);
    },
  };
}

/** Why no model was asked, in the record of the call. */
const routes: Record<CacheWay, string> = {
  prepared: "the answer was prepared",
  exact: "answered from the cache",
  near: "answered from the cache",
  shared: "the same request was running",
};

/** Who takes only the same answer does not wait for one that may be nearly so. */
function turnOf(request: ModelRequest, key: Buffer): string {
  return `${request.cache} ${key.toString("base64")}`;
}

/** What of an answer is kept: only one that ended by itself, whole, of one model. */
export function keptAnswer(parts: ModelPart[]): KeptAnswer | null {
  const finish = parts.at(-1);
  if (finish?.type !== "finish" || finish.reason !== "stop" || readModelName(finish.model) === null) return null;
  const kept: KeptAnswer["parts"] = [];
  for (const part of parts.slice(0, -1)) {
    if (part.type !== "text" && part.type !== "reasoning") return null;
    const last = kept.at(-1);
    if (last?.type === part.type) last.text += part.text;
    else kept.push({ type: part.type, text: part.text });
  }
  const { model, provider, keySource, costUsd, usage } = finish;
  return { parts: kept, model, provider, keySource, costUsd, usage, madeAt: Date.now() };
}
