import { AppError } from "../errors/index.ts";
import { ModelFailed } from "./failures.ts";
import type { ModelMessage } from "./messages.ts";
import type { ModelPart, ModelRequest } from "./model-request.ts";
import type { Candidate, Choice } from "./routing/choose-models.ts";

export type StreamOne = (request: ModelRequest, candidate: Candidate) => AsyncIterable<ModelPart>;

/** What has been given out of an answer so far, as far as it decides whether another model can go on. */
interface Given {
  text: string;
  hasCalled: boolean;
}

const nameOf = ({ name }: Candidate): string => `${name.provider}/${name.model}`;

/** The conversation with what has been said of the answer so far. */
function withText(messages: ModelMessage[], text: string): ModelMessage[] {
  const last = messages.at(-1);
  // The answer that was asked for may itself be the rest of one.
  if (last?.role !== "assistant") return [...messages, { role: "assistant", content: text }];
  const content =
    typeof last.content === "string" ? last.content + text : [...last.content, { type: "text" as const, text }];
  return [...messages.slice(0, -1), { role: "assistant", content }];
}

/**
 * Whether another model can go on where this one broke off. Not after a tool was called, which may have been acted on;
 * and not inside of JSON, since models that are made to write JSON begin a document of their own.
 */
function canGoOn(request: ModelRequest, given: Given): boolean {
  if (given.hasCalled) return false;
  return given.text === "" || request.output?.type !== "json";
}

/** One error that tells of all that was tried; the first failure is the one that was asked about. */
function failureOfAll(failures: { candidate: Candidate; error: ModelFailed }[], given: Given): ModelFailed {
  const [first, ...others] = failures;
  if (!first) throw new Error("nothing was tried");
  const interrupted = given.text !== "" || given.hasCalled;
  if (others.length === 0 && first.error.interrupted === interrupted) return first.error;
  const tried = others.map(({ candidate, error }) => `${nameOf(candidate)} (${error.message})`);
  const waits = failures.flatMap(({ error }) => error.retryAfterSeconds ?? []);
  const failure = {
    kind: first.error.kind,
    message: [first.error.message, ...(tried.length > 0 ? [`Tried instead: ${tried.join(", ")}`] : [])].join(" "),
    isTransient: failures.some(({ error }) => error.isTransient),
    retryAfterSeconds: waits.length === 0 ? null : Math.min(...waits),
  };
  return new ModelFailed(failure, interrupted, first.error);
}

/**
 * A stored key that cannot be read any more is a failure like one of the provider; so is money that is lacking for a model
 * which nobody asked for by name: what happened to the first one says more.
 */
function asFailure(error: unknown, isFirst: boolean): ModelFailed | null {
  if (error instanceof ModelFailed) return error;
  if (!(error instanceof AppError)) return null;
  const lacksMoney = error.code === "budget_exhausted" || error.code === "price_unknown";
  if (error.code !== "model_failed" && (isFirst || !lacksMoney)) return null;
  const kind = lacksMoney ? "no_credit" : "wrong_key";
  return new ModelFailed({ kind, message: error.message, isTransient: false, retryAfterSeconds: null }, false, error);
}

/**
 * An answer by the first candidate that gives one. Where one breaks off in the middle the next goes on from the text so
 * far, after a `switched` part; where that cannot be done the failure is thrown. Ends with exactly one `finish`, or throws:
 * never a cut answer that looks whole. Usage and cost of an answer of several models are unknown (each model's own are
 * in its record), since a provider that breaks off does not say what it counted.
 * @throws ModelFailed; AppError no_model; the signal's reason when aborted
 */
export async function* streamChain(
  request: ModelRequest,
  { candidates, goesOnAfter }: Choice,
  streamOne: StreamOne,
  /** Gives out nothing before an answer is whole: then a broken one is thrown away and the next model begins anew. */
  isHeldBack = false,
): AsyncGenerator<ModelPart, void, undefined> {
  const given: Given = { text: "", hasCalled: false };
  const failures: { candidate: Candidate; error: ModelFailed }[] = [];
  for await (const candidate of candidates) {
    const failed = failures.at(-1);
    const isContinuing = given.text !== "";
    const asked = isContinuing ? { ...request, messages: withText(request.messages, given.text) } : request;
    const route = failed ? `${candidate.route}; after: ${failed.error.message}`.slice(0, 1000) : candidate.route;
    const held: ModelPart[] = [];
    let hasBegun = false;
    try {
      if (request.tried && !failed) throw request.tried;
      for await (const part of streamOne(asked, { ...candidate, route })) {
        if (!hasBegun && failed) {
          yield {
            type: "switched",
            from: nameOf(failed.candidate),
            to: nameOf(candidate),
            reason: failed.error.message,
          };
        }
        hasBegun = true;
        if (isHeldBack) {
          held.push(part);
          continue;
        }
        if (part.type === "text") given.text += part.text;
        else if (part.type === "tool-call-begin") given.hasCalled = true;
        yield part.type === "finish" && isContinuing ? { ...part, usage: unknownUsage, costUsd: null } : part;
      }
      yield* held;
      return;
    } catch (error) {
      const failure = asFailure(error, failures.length === 0);
      if (failure === null) throw error;
      failures.push({ candidate, error: failure });
      // One that cannot be paid says nothing of those after it.
      const isUnpaid = failures.length > 1 && failure.cause instanceof AppError && failure.kind === "no_credit";
      if ((!isUnpaid && !goesOnAfter(failure.kind)) || !canGoOn(request, given)) break;
    }
  }
  if (failures.length === 0) throw new AppError("no_model", { message: noneCanBeCalled(request.model) });
  throw failureOfAll(failures, given);
}

const unknownUsage = {
  inputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  cachedInputTokens: null,
  cacheWriteTokens: null,
};

function noneCanBeCalled(tier: string | undefined): string {
  return `None of the models of the tier "${tier}" can be called. Add a key, or change the tier under Settings, Models.`;
}
