import { z } from "zod";
import { id, line, moment, prose, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** Model as `provider/model`, for example `openai/gpt-5-mini`. */
export const modelName = prose(200)
  .min(3)
  .regex(/^[a-z0-9-]+\/.+$/, "Must look like provider/model.");

/** Providers for which a person can enter a key; `compatible` is any server with OpenAI's chat completions. */
export const keyKinds = ["anthropic", "openai", "google", "groq", "mistral", "compatible"] as const;
export const keyKind = z.enum(keyKinds);
export type KeyKind = z.infer<typeof keyKind>;

/** Whose key: only its person can use and see it, or everybody in the workspace can use it. */
export const keyOwner = z.enum(["person", "workspace"]);
export type KeyOwner = z.infer<typeof keyOwner>;

/** Whose key pays for a model; a local Ollama needs none. */
export const keySource = z.enum(["person", "workspace", "server", "local"]);

export const keyTestResult = z.enum([
  "ok",
  "wrong_key",
  "no_permission",
  "no_credit",
  "unreachable",
  "refused_address",
  "timeout",
  "too_many",
  "failed",
]);

/** What the provider said when the key was last tried. */
export const keyTest = z.object({ result: keyTestResult, message: z.string(), at: moment });

export const providerKey = z.object({
  id,
  owner: keyOwner,
  kind: keyKind,
  /** First half of the names of its models. */
  provider: z.string(),
  /** The provider's name, or the one given to a compatible server. */
  name: z.string(),
  /** Compatible servers only. */
  baseUrl: z.string().nullable(),
  /** All that is ever shown of a key; null where the server needs none. */
  lastFour: z.string().nullable(),
  test: keyTest,
  createdAt: moment,
  updatedAt: moment,
});
export type ProviderKey = z.infer<typeof providerKey>;

/** US dollars per million tokens. */
export const modelPrice = z.object({
  inputPerMillion: z.number(),
  outputPerMillion: z.number(),
  cachedInputPerMillion: z.number().nullable(),
});

export const availableModel = z.object({
  id: modelName,
  provider: z.string(),
  /** The provider's name for people. */
  providerLabel: z.string(),
  name: z.string(),
  /** null: unknown. */
  contextTokens: z.number().int().nullable(),
  /** null: unknown, which does not mean free. */
  price: modelPrice.nullable(),
  via: keySource,
});
export type AvailableModel = z.infer<typeof availableModel>;

export const modelOffer = z.object({
  items: z.array(availableModel),
  /** The model that is taken when none is named; null when there is none at all. */
  defaultModel: modelName.nullable(),
  /** What the caller and the workspace chose; null: nothing. */
  chosen: z.object({ person: modelName.nullable(), workspace: modelName.nullable() }),
  /** Providers that did not give their list; their models may be missing or old. */
  problems: z.array(z.object({ provider: z.string(), providerLabel: z.string(), via: keySource, message: z.string() })),
  /** Where prices come from. */
  priceTable: z.string(),
  /** Ways to get a model, one sentence each; empty when there is one. */
  help: z.array(z.object({ way: z.enum(["own_key", "server_key", "local"]), text: z.string() })),
});
export type ModelOffer = z.infer<typeof modelOffer>;

// Keys travel in HTTP headers, so they can hold nothing else.
const secretKey = z
  .string()
  .trim()
  .min(1, "Must not be empty.")
  .max(1000, "Must have at most 1,000 characters.")
  .regex(/^[\u0021-\u007e]+$/, "Has characters that no key has. Copy it again.");

const baseUrl = prose(500)
  .trim()
  .refine((text) => {
    const url = URL.parse(text);
    return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  }, "Must be an address that begins with http:// or https://.");

export const addProviderKeyBody = z
  .object({
    owner: keyOwner,
    kind: keyKind,
    /** May be left out for a compatible server that wants none. */
    key: secretKey.optional(),
    /** Compatible servers: how people and the names of its models call it. */
    name: line(60).optional(),
    baseUrl: baseUrl.optional(),
    /** Keep it although its test fails, for a server that is off now or a key that may not list models. */
    keepAnyway: z.boolean().default(false),
  })
  .superRefine((body, context) => {
    const missing = (field: string, message: string) => context.addIssue({ code: "custom", path: [field], message });
    if (body.kind === "compatible") {
      if (body.name === undefined) missing("name", "Give the server a name.");
      if (body.baseUrl === undefined) missing("baseUrl", "Give the server's address.");
    } else {
      if (body.key === undefined) missing("key", "Enter the key.");
      if (body.baseUrl !== undefined) missing("baseUrl", "Only compatible servers have an address of their own.");
    }
  });
export type AddProviderKeyBody = z.input<typeof addProviderKeyBody>;

const base = "/api/workspaces/:workspaceId/models" as const;
const keyParams = workspaceParams.extend({ keyId: id });

export const modelRoutes = {
  listModels: defineRoute({
    method: "GET",
    path: base,
    summary: "The models that the caller can use, with prices as far as they are known",
    tag: "models",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    /** `refresh=true` asks the providers again; otherwise their lists are an hour old at most. */
    query: z.object({ refresh: z.enum(["true", "false"]).default("false") }),
    response: modelOffer,
  }),
  chooseModel: defineRoute({
    method: "PUT",
    path: `${base}/default`,
    summary: "Choose the model to begin with, for oneself or (owners and admins) for the workspace; null takes it back",
    tag: "models",
    audience: "member",
    scope: "write",
    params: workspaceParams,
    body: z.object({ owner: keyOwner, model: modelName.nullable() }),
    response: "none",
  }),
  listProviderKeys: defineRoute({
    method: "GET",
    path: `${base}/keys`,
    summary: "The caller's own provider keys and the workspace's, each by its last four characters",
    tag: "models",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(providerKey) }),
  }),
  addProviderKey: defineRoute({
    method: "POST",
    path: `${base}/keys`,
    summary: "Test a provider key and keep it, encrypted; replaces the same owner's key for the same provider",
    tag: "models",
    audience: "member",
    scope: "admin",
    limit: "model",
    params: workspaceParams,
    body: addProviderKeyBody,
    response: providerKey,
    status: 201,
  }),
  testProviderKey: defineRoute({
    method: "POST",
    path: `${base}/keys/:keyId/test`,
    summary: "Test a stored key again",
    tag: "models",
    audience: "member",
    scope: "write",
    limit: "model",
    params: keyParams,
    response: providerKey,
  }),
  deleteProviderKey: defineRoute({
    method: "DELETE",
    path: `${base}/keys/:keyId`,
    summary: "Forget a key",
    tag: "models",
    audience: "member",
    scope: "admin",
    params: keyParams,
    response: "none",
  }),
};

/** Logged event: keys or choices changed, ask for the list again. Only its person sees that of an own key. */
export const modelEvents = { "models.changed": z.object({}) } as const;
