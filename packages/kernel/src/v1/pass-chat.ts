import type { ChatCompletionBody, ChatMessage } from "@mindmesh/contracts/v1";
import type { FastifyReply } from "fastify";
import { type Demand, ModelFailed, type ModelGateway, type ModelTenant } from "../ai/index.ts";
import { type ClientStream, openClientStream, sendWhole } from "./client-stream.ts";
import type { CallSettings } from "./complete-chat.ts";
import { refusalOf } from "./openai-error.ts";
import { keepSaid } from "./said-so-far.ts";
import type { ChatHead } from "./write-chat.ts";

/** The size of what is asked, for budgets: read when one asks for it, which is seldom. */
function demandOf(body: ChatCompletionBody): Demand {
  return {
    get messages() {
      return body.messages.map(sizedMessage);
    },
    tools: body.tools ?? undefined,
    output: body.response_format ?? undefined,
  };
}

function sizedMessage(message: ChatMessage): Demand["messages"][number] {
  const { content } = message;
  const calls = message.role === "assistant" ? (message.tool_calls ?? []) : [];
  const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : (content ?? []);
  return {
    role: "user",
    content: [
      ...parts.map((part): Exclude<Demand["messages"][number]["content"], string>[number] => {
        if (part.type === "image_url") return { type: "image", mediaType: "image/*", data: "" };
        if (part.type === "file" && "file" in part) {
          return { type: "file", mediaType: "application/pdf", data: part.file.file_data ?? "" };
        }
        return { type: "text", text: part.type === "text" ? part.text : JSON.stringify(part) };
      }),
      ...calls.map((call) => ({ type: "text" as const, text: JSON.stringify(call.function) })),
    ],
  };
}

/** What came of passing an answer through. */
export type PassResult =
  /** The client has its answer, or the error in its stream. */
  | { state: "done" }
  /** Nothing was sent, and the usual way may still do it; `after`: what the one attempt failed with, if it was made. */
  | { state: "usual"; after?: ModelFailed }
  /** It broke off in the middle; another model may go on from what was said. */
  | { state: "broken"; stream: ClientStream; head: ChatHead; text: string; after: ModelFailed };

/**
 * Answers by passing the provider's own bytes on, where it speaks the client's format.
 * @throws as the gateway does, before anything was sent
 */
export async function passChat(
  gateway: Pick<ModelGateway, "pass">,
  tenant: ModelTenant,
  model: string,
  body: ChatCompletionBody,
  { apiKeyId, fallback }: CallSettings,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<PassResult> {
  let stream: ClientStream | undefined;
  const said = keepSaid(model);
  try {
    const passed = await gateway.pass(
      {
        ...tenant,
        product: "api",
        apiKeyId,
        model,
        body,
        demand: demandOf(body),
        maxOutputTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
        signal,
      },
      {
        begin(callId) {
          stream = openClientStream(reply, { "x-mindmesh-call-id": callId, "x-mindmesh-model": model });
        },
        write(bytes) {
          said.add(bytes);
          return stream?.write(bytes);
        },
      },
    );
    if (passed === null) return { state: "usual" };
    if (passed.type === "whole") {
      sendWhole(reply, passed.body, { "x-mindmesh-call-id": passed.callId, "x-mindmesh-model": model });
    } else void stream?.write("data: [DONE]\n\n");
  } catch (error) {
    if (stream === undefined) {
      if (error instanceof ModelFailed && !signal.aborted) return { state: "usual", after: error };
      throw error;
    }
    const isJson = (body.response_format?.type ?? "text") !== "text";
    const mayGoOn = error instanceof ModelFailed && !signal.aborted && fallback !== false && !isJson;
    const soFar = mayGoOn ? said.read() : null;
    if (mayGoOn && soFar) return { state: "broken", stream, ...soFar, after: error };
    if (!signal.aborted) void stream.write(`data: ${JSON.stringify({ error: refusalOf(error).error })}\n\n`);
  }
  stream?.end();
  return { state: "done" };
}
