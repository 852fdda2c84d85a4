import { z } from "zod";
import { BadAnswer, ProviderRefused } from "../provider-errors.ts";
import type { Endpoint, ListedModel } from "./provider.ts";

const largestListBytes = 8 * 1024 * 1024;

async function readText(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > largestListBytes) throw new BadAnswer("sent a list of models that is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

const notAList = "did not answer with a list of models; the base URL is probably wrong";

/**
 * Reads one JSON document from a provider, at most 8 MiB.
 * @throws ProviderRefused for an HTTP error, BadAnswer for anything that is not the expected document
 */
export async function readList<T>(
  { baseUrl, fetch }: Endpoint,
  path: string,
  headers: Record<string, string>,
  shape: z.ZodType<T>,
  signal: AbortSignal,
): Promise<T> {
  const answer = await fetch(baseUrl + path, { headers: { accept: "application/json", ...headers }, signal });
  const text = await readText(answer);
  if (!answer.ok) throw new ProviderRefused(answer.status, text, answer.headers);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new BadAnswer(/^\s*</.test(text) ? "answered with a web page; the base URL is probably wrong" : notAList, {
      cause,
    });
  }
  const parsed = shape.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new BadAnswer(notAList, { cause: parsed.error });
}

/** `GET /models` as OpenAI made it, with the extra fields of those who took it over. */
const openAiList = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      // Groq
      active: z.boolean().nullish(),
      context_window: z.number().nullish(),
      // vLLM
      max_model_len: z.number().nullish(),
      // Mistral
      name: z.string().nullish(),
      max_context_length: z.number().nullish(),
      capabilities: z.object({ completion_chat: z.boolean().nullish() }).nullish().catch(null),
      // OpenRouter
      context_length: z.number().nullish(),
      // llama.cpp
      meta: z.object({ n_ctx_train: z.number().nullish(), n_ctx: z.number().nullish() }).nullish().catch(null),
    }),
  ),
});

function firstPositive(...found: (number | null | undefined)[]): number | null {
  return found.find((each) => typeof each === "number" && each > 0) ?? null;
}

/** The list of a server that speaks OpenAI's protocol; `isChat` leaves out what cannot hold a conversation. */
export async function readOpenAiList(
  endpoint: Endpoint,
  signal: AbortSignal,
  isChat: (model: string) => boolean = () => true,
): Promise<ListedModel[]> {
  const headers: Record<string, string> =
    endpoint.apiKey === null ? {} : { authorization: `Bearer ${endpoint.apiKey}` };
  const { data } = await readList(endpoint, "/models", headers, openAiList, signal);
  return data
    .filter((each) => each.active !== false && each.capabilities?.completion_chat !== false && isChat(each.id))
    .map((each) => ({
      model: each.id,
      name: each.name === each.id ? null : (each.name ?? null),
      contextTokens: firstPositive(
        each.context_window,
        each.max_model_len,
        each.max_context_length,
        each.context_length,
        each.meta?.n_ctx,
        each.meta?.n_ctx_train,
      ),
    }));
}
