import { type ModelGateway, type ModelTenant, ModelFailed } from "../ai/index.ts";
import { AppError } from "../errors/index.ts";
import { modelNotFound } from "./openai-error.ts";

type Models = Pick<ModelGateway, "canCall" | "listModels">;

/** Names that the gateway resolves by itself. */
export const tierNames = ["fast", "quality", "cheap", "backup"] as const;

/** The name for whatever the person or the workspace has chosen to be used where none is named. */
export const defaultName = "default";

/**
 * The gateway's name of the model that a client asks for: `provider/model`, a tier, or the model's own name where a
 * provider of the caller has it; undefined asks for the default model.
 * @throws Refused with the names that exist
 */
export async function findModel(gateway: Models, tenant: ModelTenant, asked: string): Promise<string | undefined> {
  if (asked === defaultName) return undefined;
  if ((tierNames as readonly string[]).includes(asked)) return asked;
  if (asked.includes("/") && (await gateway.canCall(tenant, asked))) return asked;
  const { models } = await gateway.listModels(tenant);
  const found = models.find(({ id }) => id.endsWith(`/${asked}`));
  if (!found) throw modelNotFound(asked, await existingNames(gateway, tenant));
  return found.id;
}

async function existingNames(gateway: Models, tenant: ModelTenant): Promise<string[]> {
  const { models } = await gateway.listModels(tenant);
  return models.length === 0 ? [] : [defaultName, ...tierNames, ...models.map(({ id }) => id)];
}

/** An error of a call, told as OpenAI's interface does where the model is what is missing. */
export async function withNames(error: unknown, gateway: Models, tenant: ModelTenant, asked: string): Promise<unknown> {
  const isMissing =
    (error instanceof ModelFailed && error.kind === "unknown_model" && !error.interrupted) ||
    (error instanceof AppError && error.code === "no_model");
  return isMissing ? modelNotFound(asked, await existingNames(gateway, tenant)) : error;
}
