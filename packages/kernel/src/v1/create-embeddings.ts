import type { EmbeddingsBody } from "@mindmesh/contracts/v1";
import type { FastifyReply } from "fastify";
import type { ModelGateway, ModelTenant } from "../ai/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { clientSignal } from "./client-stream.ts";
import type { CallSettings } from "./complete-chat.ts";
import type { V1Dependencies } from "./dependencies.ts";
import { defaultName } from "./find-model.ts";
import { modelNotFound } from "./openai-error.ts";

/** The gateway's name of an embedding model: `provider/model`, the usual one's own name, or OpenAI's own names. */
async function findEmbeddingModel(
  gateway: Pick<ModelGateway, "canCall" | "embeddingModel">,
  tenant: ModelTenant,
  asked: string,
): Promise<string> {
  if (asked.includes("/") && (await gateway.canCall(tenant, asked))) return asked;
  const usual = await gateway.embeddingModel(tenant);
  if (usual !== null && (asked === defaultName || usual.endsWith(`/${asked}`))) return usual;
  // Providers' lists do not say what embeds, so OpenAI's names are known by their form.
  const ofOpenAi = `openai/${asked}`;
  if (asked.startsWith("text-embedding-") && (await gateway.canCall(tenant, ofOpenAi))) return ofOpenAi;
  throw modelNotFound(asked, usual === null ? [] : [defaultName, usual]);
}

/** Vectors for texts. Texts are embedded in batches; an answer comes as a whole. */
export async function createEmbeddings(
  { gateway }: V1Dependencies,
  caller: MemberCaller,
  body: EmbeddingsBody,
  { apiKeyId }: CallSettings,
  reply: FastifyReply,
): Promise<unknown> {
  const signal = clientSignal(reply);
  const tenant = tenantOf(caller);
  const texts = typeof body.input === "string" ? [body.input] : body.input;
  try {
    const model = await findEmbeddingModel(gateway, tenant, body.model);
    const { vectors, inputTokens, ...found } = await gateway.embed({
      ...tenant,
      product: "api",
      apiKeyId,
      texts,
      model,
      signal,
    });
    const written = (vector: Float32Array) =>
      body.encoding_format === "base64"
        ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64")
        : [...vector];
    return {
      object: "list",
      model: found.model,
      data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: written(vector) })),
      ...(inputTokens !== null && { usage: { prompt_tokens: inputTokens, total_tokens: inputTokens } }),
    };
  } catch (error) {
    // Nobody is left to answer.
    if (signal.aborted) return reply.hijack();
    throw error;
  }
}
