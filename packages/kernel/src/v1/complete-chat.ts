import type { ChatCompletionBody } from "@mindmesh/contracts/v1";
import type { FastifyReply } from "fastify";
import { v7 as uuidv7 } from "uuid";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { clientSignal, openClientStream } from "./client-stream.ts";
import type { V1Dependencies } from "./dependencies.ts";
import { findModel, withNames } from "./find-model.ts";
import { refusalOf } from "./openai-error.ts";
import { passChat } from "./pass-chat.ts";
import { readChatBody } from "./read-chat.ts";
import { type ChatHead, chatChunks, wholeChat } from "./write-chat.ts";

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
    const isPassable = model?.includes("/") === true && (settings.cache ?? "none") === "none";
    if (model !== undefined && isPassable && (await passChat(gateway, tenant, model, body, settings, reply, signal)))
      return reply;
    const asked = await readChatBody(body, outbound.guardedFetch, signal);
    const parts = gateway.stream({ ...tenant, ...asked, ...settings, product: "api", model });
    const head: ChatHead = {
      id: `chatcmpl-${uuidv7()}`,
      created: Math.floor(Date.now() / 1000),
      model: model ?? body.model,
    };
    if (!body.stream) return await wholeChat(head, parts);
    const write = chatChunks(head, body.stream_options?.include_usage ?? false);
    let next = await parts.next();
    const stream = openClientStream(reply);
    try {
      while (!next.done) {
        const text = write(next.value).map(event).join("");
        if (text !== "") await stream.write(text);
        next = await parts.next();
      }
      await stream.write("data: [DONE]\n\n");
    } catch (error) {
      if (!signal.aborted) await stream.write(event({ error: refusalOf(error).error }));
    } finally {
      await parts.return();
      stream.end();
    }
    return reply;
  } catch (error) {
    // Nobody is left to answer.
    if (signal.aborted) return reply.hijack();
    throw await withNames(error, gateway, tenant, body.model);
  }
}

/** What a request's key and headers say about its call. */
export interface CallSettings {
  apiKeyId?: string;
  cache?: "none" | "exact" | "near";
  fallback?: boolean;
}
