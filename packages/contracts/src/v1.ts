import { z } from "zod";
import { prose } from "./fields.ts";
import { defineRoute } from "./route.ts";

// The requests of OpenAI's interface, as far as they are understood here. Fields beyond these are kept, because a
// provider that speaks the same format gets them as they came.

const mebibyte = 1024 * 1024;

const textPart = z.looseObject({ type: z.literal("text"), text: z.string() });
const imagePart = z.looseObject({
  type: z.literal("image_url"),
  image_url: z.looseObject({ url: z.string().min(1) }),
});
const filePart = z.looseObject({
  type: z.literal("file"),
  file: z.looseObject({ file_data: z.string().optional(), filename: z.string().optional() }),
});
const audioPart = z.looseObject({ type: z.literal("input_audio"), input_audio: z.unknown() });
const refusalPart = z.looseObject({ type: z.literal("refusal"), refusal: z.string() });

const texts = z.union([z.string(), z.array(textPart)]);
const functionName = z.string().regex(/^[\w-]{1,64}$/, "Must be 1 to 64 letters, digits, underscores and dashes.");
const jsonSchema = z.record(z.string(), z.unknown());

const chatMessage = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer"]), content: texts }),
  z.looseObject({
    role: z.literal("user"),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion("type", [textPart, imagePart, filePart, audioPart])).min(1),
    ]),
  }),
  z.looseObject({
    role: z.literal("assistant"),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [textPart, refusalPart]))]).nullish(),
    tool_calls: z
      .array(
        z.looseObject({
          id: z.string().min(1),
          type: z.literal("function"),
          function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
          // Where Google puts the signature of a call in this format.
          extra_content: z
            .looseObject({ google: z.looseObject({ thought_signature: z.string().nullish() }).nullish() })
            .nullish(),
        }),
      )
      .nullish(),
  }),
  z.looseObject({ role: z.literal("tool"), tool_call_id: z.string().min(1), content: texts }),
]);
export type ChatMessage = z.output<typeof chatMessage>;

const modelField = prose(300).min(1);
const penalty = z.number().min(-2).max(2).nullish();
const outputTokens = z.int().min(1).nullish();
/** Values of newer models are taken too; who does not know them gets the nearest. */
const effort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]).nullish();

export const chatCompletionBody = z.looseObject({
  model: modelField,
  messages: z.array(chatMessage).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: outputTokens,
  max_completion_tokens: outputTokens,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  presence_penalty: penalty,
  frequency_penalty: penalty,
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function", "Only tools of the type function can be used."),
        function: z.looseObject({
          name: functionName,
          description: z.string().nullish(),
          parameters: jsonSchema.nullish(),
        }),
      }),
    )
    .max(512)
    .nullish(),
  tool_choice: z
    .union([
      z.enum(["none", "auto", "required"]),
      z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: functionName }) }),
    ])
    .nullish(),
  response_format: z
    .discriminatedUnion("type", [
      z.looseObject({ type: z.literal("text") }),
      z.looseObject({ type: z.literal("json_object") }),
      z.looseObject({
        type: z.literal("json_schema"),
        json_schema: z.looseObject({ name: functionName, schema: jsonSchema.nullish() }),
      }),
    ])
    .nullish(),
  reasoning_effort: effort,
  n: z.literal(1, "One choice per request; send the request again for another.").nullish(),
  functions: z.null("Use tools; functions are not supported.").optional(),
  function_call: z.null("Use tool_choice; function_call is not supported.").optional(),
});
export type ChatCompletionBody = z.output<typeof chatCompletionBody>;

const inputPart = z.discriminatedUnion("type", [
  z.looseObject({ type: z.enum(["input_text", "output_text", "text", "summary_text"]), text: z.string() }),
  z.looseObject({ type: z.literal("refusal"), refusal: z.string() }),
  z.looseObject({
    type: z.literal("input_image"),
    image_url: z.string("Give the image as a URL; stored files cannot be named here.").min(1),
  }),
  z.looseObject({
    type: z.literal("input_file"),
    file_data: z.string("Give the file as file_data; stored files cannot be named here.").min(1),
    filename: z.string().nullish(),
  }),
]);
const inputContent = z.union([z.string(), z.array(inputPart)]);
export type InputContent = z.output<typeof inputContent>;

const responseItem = z.union([
  z.looseObject({
    type: z.literal("message").optional(),
    role: z.enum(["system", "developer", "user", "assistant"]),
    content: inputContent,
  }),
  z.looseObject({
    type: z.literal("function_call"),
    call_id: z.string().min(1),
    name: z.string().min(1),
    arguments: z.string(),
  }),
  z.looseObject({ type: z.literal("function_call_output"), call_id: z.string().min(1), output: inputContent }),
  z.looseObject({ type: z.literal("reasoning"), encrypted_content: z.string().nullish() }),
  z.looseObject({ type: z.literal("item_reference"), id: z.string().min(1) }),
]);
export type ResponseItem = z.output<typeof responseItem>;

export const responseBody = z.looseObject({
  model: modelField,
  input: z.union([z.string(), z.array(responseItem).min(1)]),
  instructions: z.string().nullish(),
  stream: z.boolean().nullish(),
  max_output_tokens: outputTokens,
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  tools: z
    .array(
      z.looseObject({
        type: z.literal("function", "Only tools of the type function can be used."),
        name: functionName,
        description: z.string().nullish(),
        parameters: jsonSchema.nullish(),
      }),
    )
    .max(512)
    .nullish(),
  tool_choice: z
    .union([z.enum(["none", "auto", "required"]), z.looseObject({ type: z.literal("function"), name: functionName })])
    .nullish(),
  text: z
    .looseObject({
      format: z
        .discriminatedUnion("type", [
          z.looseObject({ type: z.literal("text") }),
          z.looseObject({ type: z.literal("json_object") }),
          z.looseObject({ type: z.literal("json_schema"), name: functionName, schema: jsonSchema }),
        ])
        .nullish(),
    })
    .nullish(),
  reasoning: z.looseObject({ effort }).nullish(),
  include: z.array(z.string()).nullish(),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  prompt: z.null("Stored prompts are not kept here; send the text itself.").optional(),
  truncation: z.literal("disabled", "Messages are not left out by themselves; send fewer.").nullish(),
  top_logprobs: z.literal(0, "Probabilities of tokens are not given here.").nullish(),
  background: z.literal(false, "Answers in the background are not supported.").nullish(),
  conversation: z.null("Conversations are not kept here; send the messages themselves.").optional(),
});
export type ResponseBody = z.output<typeof responseBody>;

export const embeddingsBody = z.looseObject({
  model: modelField,
  input: z.union(
    [z.string().min(1), z.array(z.string().min(1)).min(1).max(2048)],
    "Must be a text or a list of texts; tokens are not taken, because each model counts its own.",
  ),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  dimensions: z.null("The length of the vectors is the model's own.").optional(),
});
export type EmbeddingsBody = z.output<typeof embeddingsBody>;

/** OpenAI's interface, for any program that speaks it; errors are in OpenAI's form. */
export const v1Routes = {
  createChatCompletion: defineRoute({
    method: "POST",
    path: "/v1/chat/completions",
    summary: "Chat completion in OpenAI's format, streamed or whole",
    tag: "OpenAI's interface",
    audience: "key",
    scope: "write",
    limit: "model",
    body: chatCompletionBody,
    bodyLimit: 32 * mebibyte,
    response: "raw",
  }),
  createResponse: defineRoute({
    method: "POST",
    path: "/v1/responses",
    summary: "Response in OpenAI's format, streamed or whole",
    tag: "OpenAI's interface",
    audience: "key",
    scope: "write",
    limit: "model",
    body: responseBody,
    bodyLimit: 32 * mebibyte,
    response: "raw",
  }),
  createEmbeddings: defineRoute({
    method: "POST",
    path: "/v1/embeddings",
    summary: "Vectors of texts in OpenAI's format",
    tag: "OpenAI's interface",
    audience: "key",
    scope: "write",
    limit: "model",
    body: embeddingsBody,
    bodyLimit: 8 * mebibyte,
    response: "raw",
  }),
  listV1Models: defineRoute({
    method: "GET",
    path: "/v1/models",
    summary: "The models that the key can use, in OpenAI's format",
    tag: "OpenAI's interface",
    audience: "key",
    scope: "read",
    response: "raw",
  }),
  readV1Model: defineRoute({
    method: "GET",
    path: "/v1/models/:model",
    summary: "One model, in OpenAI's format",
    tag: "OpenAI's interface",
    audience: "key",
    scope: "read",
    params: z.object({ model: modelField }),
    response: "raw",
  }),
};
