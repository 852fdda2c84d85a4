import { z } from "zod";
import { ModelFailed } from "./failures.ts";
import type { ModelMessage } from "./messages.ts";
import type { JsonSchema, ModelPart, ModelRequest } from "./model-request.ts";

export interface ObjectRequest<T> extends Omit<ModelRequest, "output" | "tools" | "toolChoice" | "cache"> {
  /** What is wanted. Descriptions in it are read by the model. */
  schema: z.ZodType<T>;
  /** How the model is told that it is called, a-z and _. */
  name?: string;
}

type Finish = Extract<ModelPart, { type: "finish" }>;

export interface GeneratedObject<T> {
  object: T;
  /** Whether the first answer did not fit and a second one was asked for. */
  isRepaired: boolean;
  /** Of both answers together; null: not known. */
  costUsd: number | null;
  /** Of the answer that was taken. */
  finish: Finish;
}

const longestShown = 100_000;
const mostProblems = 8;

/** Providers promise objects only, so that anything else is wrapped into one. */
function schemaFor(schema: z.ZodType): { json: JsonSchema; isWrapped: boolean } {
  const json = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override({ jsonSchema }) {
      // Zod drops fields it does not know; told so, providers can hold the model to the others.
      if (jsonSchema.type === "object" && jsonSchema.properties) jsonSchema.additionalProperties ??= false;
    },
  }) as JsonSchema;
  delete json.$schema;
  if (json.type === "object") return { json, isWrapped: false };
  const { definitions, $defs, ...value } = json;
  const wrapped = { type: "object", properties: { value }, required: ["value"], additionalProperties: false };
  return {
    json: { ...wrapped, ...(definitions !== undefined && { definitions }), ...($defs !== undefined && { $defs }) },
    isWrapped: true,
  };
}

/** The JSON in a text: all of it, or what stands between its first and last bracket, as in a code fence. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const from = text.search(/[[{]/);
    const to = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]"));
    if (from === -1 || to < from || (from === 0 && to === text.length - 1)) throw error;
    return JSON.parse(text.slice(from, to + 1));
  }
}

type Read<T> = { object: T } | { problem: string };

function readObject<T>(text: string, schema: z.ZodType<T>, isWrapped: boolean): Read<T> {
  if (text.trim() === "") return { problem: "it is empty" };
  let value: unknown;
  try {
    value = readJson(text);
  } catch (error) {
    return { problem: `it is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : ""}` };
  }
  // A model that was not held to the wrapping may leave it out.
  const inner = isWrapped && typeof value === "object" && value !== null && "value" in value ? value.value : value;
  const parsed = schema.safeParse(inner);
  if (parsed.success) return { object: parsed.data };
  const { issues } = parsed.error;
  const shown = issues
    .slice(0, mostProblems)
    .map(({ path, message }) => `${path.join(".") || "the whole"}: ${message}`);
  const more = issues.length > mostProblems ? `; and ${issues.length - mostProblems} more` : "";
  return { problem: shown.join("; ") + more };
}

function repairMessages(messages: ModelMessage[], text: string, problem: string): ModelMessage[] {
  const said: ModelMessage[] = text.trim() === "" ? [] : [{ role: "assistant", content: text.slice(0, longestShown) }];
  const content = `That does not fit: ${problem}.\nAnswer again with the whole JSON, corrected, and nothing else.`;
  return [...messages, ...said, { role: "user", content }];
}

function failed(finish: Finish, message: string): ModelFailed {
  const failure = { kind: "bad_answer" as const, message, isTransient: false, retryAfterSeconds: null };
  return new ModelFailed({ ...failure, message: `${finish.model} ${message}` }, false);
}

const ends: Partial<Record<Finish["reason"], string>> = {
  length: "reached its limit of output before its JSON was complete.",
  "content-filter": "was stopped by its provider's content filter.",
};

/**
 * Asks for one object of a schema. What does not fit is sent back once with what is wrong with it; then it fails.
 * @param stream the gateway's, told to give out whole answers only
 * @throws ModelFailed, also with what was wrong with the second answer; AppError as streams do
 */
export async function generateObject<T>(
  { schema, name, ...request }: ObjectRequest<T>,
  stream: (request: ModelRequest) => AsyncIterable<ModelPart>,
): Promise<GeneratedObject<T>> {
  const { json, isWrapped } = schemaFor(schema);
  const ask = async (messages: ModelMessage[]) => {
    let text = "";
    let finish: Finish | undefined;
    const output = { type: "json" as const, schema: json, ...(name !== undefined && { name }) };
    for await (const part of stream({ ...request, messages, output })) {
      if (part.type === "text") text += part.text;
      else if (part.type === "finish") finish = part;
    }
    if (!finish) throw new Error("a stream ended without its end");
    const end = ends[finish.reason];
    if (end !== undefined) throw failed(finish, end);
    return { text, finish, read: readObject(text, schema, isWrapped) };
  };
  const first = await ask(request.messages);
  if ("object" in first.read) {
    return { object: first.read.object, isRepaired: false, costUsd: first.finish.costUsd, finish: first.finish };
  }
  const second = await ask(repairMessages(request.messages, first.text, first.read.problem));
  if (!("object" in second.read)) {
    throw failed(
      second.finish,
      `did not give what was asked for, also when told what was wrong: ${second.read.problem}.`,
    );
  }
  const costs = [first.finish.costUsd, second.finish.costUsd];
  return {
    object: second.read.object,
    isRepaired: true,
    costUsd: costs.some((cost) => cost === null) ? null : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0),
    finish: second.finish,
  };
}
