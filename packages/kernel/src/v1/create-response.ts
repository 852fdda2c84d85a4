import type { ResponseBody } from "@mindmesh/contracts/v1";
import type { FastifyReply } from "fastify";
import { v7 as uuidv7 } from "uuid";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { type CarriedReasoning, openReasoning, sealReasoning } from "./carried-reasoning.ts";
import { clientSignal, openClientStream } from "./client-stream.ts";
import type { CallSettings } from "./complete-chat.ts";
import type { V1Dependencies } from "./dependencies.ts";
import { findModel, withNames } from "./find-model.ts";
import { refusalOf } from "./openai-error.ts";
import { itemsOf, readResponseBody } from "./read-response.ts";
import { gatherItems, storeResponse } from "./stored-responses.ts";
import { type ResponseEvent, writeResponse } from "./write-response.ts";

const event = (data: ResponseEvent) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * Answers in the Responses format, whole or as a stream. What fails before the first part has a status of its own; what
 * fails later is `response.failed` and an `error` event. The answer is kept before its end is told, unless `store` is false.
 */
export async function createResponse(
  { db, gateway, secrets, outbound }: V1Dependencies,
  caller: MemberCaller,
  body: ResponseBody,
  settings: CallSettings,
  reply: FastifyReply,
): Promise<unknown> {
  const signal = clientSignal(reply);
  const tenant = tenantOf(caller);
  try {
    const given = await gatherItems(db, tenant, body.previous_response_id ?? null, itemsOf(body.input));
    const { workspaceId } = tenant;
    const open = (sealed: string, param: string) => openReasoning(secrets, workspaceId, sealed, param);
    const asked = await readResponseBody(body, given.items, open, outbound.guardedFetch, signal);
    const model = await findModel(gateway, tenant, body.model);
    const parts = gateway.stream({ ...tenant, ...asked, ...settings, product: "api", model });
    const id = uuidv7();
    const seal = (carried: CarriedReasoning) => sealReasoning(secrets, workspaceId, carried);
    const writer = writeResponse(id, model ?? body.model, body, seal);
    const keep = async () => {
      if (body.store === false) return;
      await storeResponse(db, tenant, { id, previousId: given.previousId, input: given.own, output: writer.kept() });
    };
    let next = await parts.next();
    if (!body.stream) {
      for (; !next.done; next = await parts.next()) writer.write(next.value);
      await keep();
      return writer.response();
    }
    const stream = openClientStream(reply);
    try {
      await stream.write(writer.begin().map(event).join(""));
      for (; !next.done; next = await parts.next()) {
        const events = writer.write(next.value);
        if (next.value.type === "finish") await keep();
        if (events.length > 0) await stream.write(events.map(event).join(""));
      }
    } catch (error) {
      if (!signal.aborted) await stream.write(writer.fail(refusalOf(error).error).map(event).join(""));
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
