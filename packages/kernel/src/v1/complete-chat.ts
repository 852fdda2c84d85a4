import type { ChatCompletionBody } from "@mindmesh/contracts/v1";
import type { FastifyReply } from "fastify";
import { v7 as uuidv7 } from "uuid";
import { type ModelFailed, type ModelPart, isWorthAnotherAttempt } from "../ai/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { type ClientStream, clientSignal, openClientStream } from "./client-stream.ts";
import type { V1Dependencies } from "./dependencies.ts";
import { findModel, withNames } from "./find-model.ts";
import { refusalOf, unsupported } from "./openai-error.ts";
import { type PassResult, passChat } from "./pass-chat.ts";
import { type AskedOfModel, readChatBody } from "./read-chat.ts";
import { type ChatHead, type Finish, chatChunks, wholeChat } from "./write-chat.ts";

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

/**
 * Answers a chat completion, whole or as a stream. The status waits for the first part, so that what fails before it
 * has a status of its own; what fails later is an error event, and the stream has no `[DONE]`.
 */
export async function completeChat(
  { gateway, outbound }: V1Dependencies,
  caller: MemberCaller,
  body: ChatCompletionBody,
  settings: CallSettings,
  reply: FastifyReply,
): Promise<unknown> {
  const signal = clientSignal(reply);
  const tenant = tenantOf(caller);
  try {
    const model = await findModel(gateway, tenant, body.model);
    const read = () => readChatBody(body, model, outbound.guardedFetch, signal);
    const isPrepared = settings.cache === "prepared" && (await isPreparedFor({ gateway, tenant, model, body, read }));
    const isPassable = model?.includes("/") === true && !isPrepared && ["none", "prepared"].includes(settings.cache);
    const passed: PassResult =
      model !== undefined && isPassable
        ? await passChat(gateway, tenant, model, body, settings, reply, signal)
        : { state: "usual" };
    if (passed.state === "done") return reply;
    const lost = onlyPassed.find((field) => hasField(body, field));
    // What a translation would leave out without a word is refused; after a failure the failure says more.
    if (lost !== undefined && passed.state === "usual") throw passed.after ?? cannotTranslate(lost);
    const readAfter = () =>
      read().catch((error: unknown) => {
        throw passed.after ?? error;
      });
    const how = { ...settings, product: "api", model, tried: passed.after && triedBy(passed.after) };
    if (passed.state === "broken") {
      const { head, text, stream } = passed;
      async function* rest(): AsyncGenerator<ModelPart, void, undefined> {
        const asked = await readAfter();
        const said = text === "" ? [] : [{ role: "assistant" as const, content: text }];
        const messages = [...asked.messages, ...said];
        yield* gateway.stream({ ...tenant, ...asked, ...how, messages });
      }
      await writeParts(rest(), stream, chatChunks(head, includesUsage(body), false), signal);
      return reply;
    }
    const parts = gateway.stream({ ...tenant, ...(await readAfter()), ...how });
    const head: ChatHead = {
      id: `chatcmpl-${uuidv7()}`,
      created: Math.floor(Date.now() / 1000),
      model: model ?? body.model,
    };
    if (!body.stream) return await wholeChat(head, parts, (finish) => void reply.headers(cacheHeaders(finish)));
    const first = await parts.next();
    await writeParts(parts, openClientStream(reply), chatChunks(head, includesUsage(body)), signal, first);
    return reply;
  } catch (error) {
    // Nobody is left to answer.
    if (signal.aborted) return reply.hijack();
    throw await withNames(error, gateway, tenant, body.model);
  }
}

/**
 * A failure that asking the same model again would only repeat. What passes soon is worth more attempts, and what was not
 * understood may be when it is asked for in the other format.
 */
function triedBy(failed: ModelFailed): ModelFailed | undefined {
  return failed.kind === "bad_answer" || isWorthAnotherAttempt(failed) ? undefined : failed;
}

/** Whether an answer is prepared. What cannot be a single question in words is not read for it. */
async function isPreparedFor(asked: {
  gateway: V1Dependencies["gateway"];
  tenant: ReturnType<typeof tenantOf>;
  model: string | undefined;
  body: ChatCompletionBody;
  read: () => Promise<AskedOfModel>;
}): Promise<boolean> {
  const { gateway, tenant, model, body, read } = asked;
  if (!(await gateway.hasPrepared(tenant.workspaceId))) return false;
  const others = body.messages.filter(({ role }) => role !== "system" && role !== "developer");
  const [question] = others;
  const isText =
    typeof question?.content === "string" || question?.content?.every(({ type }) => type === "text") === true;
  if (others.length !== 1 || !isText || (body.tools ?? []).length > 0) return false;
  return gateway.isPrepared({ ...tenant, ...(await read()), model });
}

/** How an answer came that was given before: way, age in seconds (RFC 9111), dollars saved where they are known. */
function cacheHeaders({ cache }: Finish): Record<string, string> {
  if (!cache) return { "x-mindmesh-cache": "live" };
  return {
    "x-mindmesh-cache": cache.way,
    age: String(Math.floor(cache.ageMs / 1000)),
    ...(cache.savedUsd !== null && { "x-mindmesh-cache-saved-usd": String(cache.savedUsd) }),
  };
}

/** What the gateway's own request has no word for: it reaches a provider that speaks this format, and no other. */
const onlyPassed = ["logprobs", "top_logprobs", "logit_bias"] as const;

function hasField(body: ChatCompletionBody, field: string): boolean {
  const value = (body as Record<string, unknown>)[field];
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return value !== undefined && value !== null && value !== false && !isEmpty;
}

function cannotTranslate(field: string): Error {
  return unsupported(
    field,
    "is passed on only to a model that is named as provider/model and whose provider speaks this format, without the cache",
  );
}

const includesUsage = (body: ChatCompletionBody): boolean => body.stream_options?.include_usage ?? false;

/** Writes an answer to its end, or the error that it broke off with. */
async function writeParts(
  parts: AsyncGenerator<ModelPart, void, undefined>,
  stream: ClientStream,
  write: (part: ModelPart) => object[],
  signal: AbortSignal,
  first?: IteratorResult<ModelPart, void>,
): Promise<void> {
  try {
    for (let next = first ?? (await parts.next()); !next.done; next = await parts.next()) {
      const text = write(next.value).map(event).join("");
      if (text !== "") await stream.write(text);
    }
    await stream.write("data: [DONE]\n\n");
  } catch (error) {
    if (!signal.aborted) await stream.write(event({ error: refusalOf(error).error }));
  } finally {
    await parts.return();
    stream.end();
  }
}

/** What a request's key and headers say about its call. */
export interface CallSettings {
  apiKeyId?: string;
  cache: "none" | "prepared" | "exact" | "near";
  cacheTemperature?: number;
  fallback?: boolean;
}
