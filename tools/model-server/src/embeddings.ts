import { createHash } from "node:crypto";
import { z } from "zod";
import type { Format } from "./format.ts";
import { RefusedRequest } from "./prompt.ts";
import { countTokens } from "./tokens.ts";

const DEFAULT_DIMENSIONS = 256;

/**
 * A vector of length 1 made of the text's words: each word is hashed to a few places with a sign, so texts that share
 * words are near each other and the same text always gives the same vector.
 */
export function embed(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    const hash = createHash("sha256").update(word).digest();
    for (let at = 0; at < 12; at += 3) {
      const place = hash.readUInt16LE(at) % dimensions;
      vector[place] = (vector[place] ?? 0) + ((hash[at + 2] ?? 0) % 2 === 0 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

const openaiSchema = z.object({
  model: z.string(),
  input: z.union([z.string(), z.array(z.string()).min(1)]),
  dimensions: z.number().int().min(1).max(4096).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
});

const contentSchema = z.object({
  content: z.object({ parts: z.array(z.object({ text: z.string() })) }),
  outputDimensionality: z.number().int().min(1).max(4096).nullish(),
});
const geminiSchema = z.union([z.object({ requests: z.array(contentSchema).min(1) }), contentSchema]);

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new RefusedRequest(400, `Invalid '${issue?.path.join(".") ?? "body"}': ${issue?.message ?? ""}`);
}

function geminiEmbeddings(body: unknown): object {
  const request = parse(geminiSchema, body);
  const valuesOf = (one: z.infer<typeof contentSchema>) => ({
    values: embed(
      one.content.parts.map((part) => part.text).join("\n"),
      one.outputDimensionality ?? DEFAULT_DIMENSIONS,
    ),
  });
  return "requests" in request ? { embeddings: request.requests.map(valuesOf) } : { embedding: valuesOf(request) };
}

/** Answers a request for embeddings. Throws RefusedRequest(400) for a body that the provider would refuse. */
export function answerEmbeddings(format: Format["name"], body: unknown): object {
  if (format === "gemini") return geminiEmbeddings(body);
  const request = parse(openaiSchema, body);
  const texts = typeof request.input === "string" ? [request.input] : request.input;
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return {
    object: "list",
    data: texts.map((text, index) => {
      const vector = embed(text, request.dimensions ?? DEFAULT_DIMENSIONS);
      const bytes = () => Buffer.from(new Float32Array(vector).buffer).toString("base64");
      return { object: "embedding", index, embedding: request.encoding_format === "base64" ? bytes() : vector };
    }),
    model: request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
