import { z } from "zod";
import type { Answer, Finish } from "../answer.ts";
import { type Failure, type Format, type Frame, idOf } from "../format.ts";
import { type PromptMessage, RefusedRequest } from "../prompt.ts";
import { signatureOf } from "../signature.ts";
import { countTokens } from "../tokens.ts";

const partSchema = z.looseObject({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  inlineData: z.object({ mimeType: z.string() }).optional(),
  fileData: z.object({ mimeType: z.string().optional(), fileUri: z.string() }).optional(),
  functionCall: z.object({ name: z.string(), args: z.unknown() }).optional(),
  thoughtSignature: z.string().optional(),
  functionResponse: z.object({ name: z.string(), response: z.unknown() }).optional(),
});

const requestSchema = z.object({
  contents: z
    .array(z.object({ role: z.enum(["user", "model", "function"]).optional(), parts: z.array(partSchema) }))
    .min(1),
  systemInstruction: z.object({ parts: z.array(partSchema) }).optional(),
  tools: z
    .union([
      z.array(
        z.looseObject({
          functionDeclarations: z
            .array(
              z.object({
                name: z.string(),
                parameters: z.unknown().optional(),
                parametersJsonSchema: z.unknown().optional(),
              }),
            )
            .optional(),
        }),
      ),
      z.looseObject({}),
    ])
    .nullish(),
  toolConfig: z
    .looseObject({
      functionCallingConfig: z
        .looseObject({ mode: z.string().optional(), allowedFunctionNames: z.array(z.string()).optional() })
        .optional(),
    })
    .nullish(),
  generationConfig: z
    .looseObject({
      responseMimeType: z.string().nullish(),
      responseSchema: z.unknown().optional(),
      responseJsonSchema: z.unknown().optional(),
      maxOutputTokens: z.number().nullish(),
      thinkingConfig: z.looseObject({ includeThoughts: z.boolean().optional() }).nullish(),
    })
    .nullish(),
});

type Part = z.infer<typeof partSchema>;

const textOf = (parts: Part[]) => parts.flatMap((part) => (part.thought ? [] : (part.text ?? []))).join("\n");

function readMessage(role: "user" | "model" | "function", parts: Part[]): PromptMessage {
  const results = parts.flatMap((part) => part.functionResponse ?? []);
  if (results.length > 0) {
    const text = results.map((result) => JSON.stringify(result.response)).join("\n");
    return { role: "tool", text, images: 0, attachments: [] };
  }
  const types = parts.flatMap(
    (part) => part.inlineData?.mimeType ?? part.fileData?.mimeType ?? part.fileData?.fileUri ?? [],
  );
  return {
    role: role === "model" ? "assistant" : "user",
    text: textOf(parts),
    images: types.filter((type) => type.startsWith("image/")).length,
    attachments: types.filter((type) => !type.startsWith("image/")),
  };
}

const FINISH_REASONS: Record<Finish, string> = {
  stop: "STOP",
  length: "MAX_TOKENS",
  "tool-calls": "STOP",
  "content-filter": "SAFETY",
};

const FAILURES: Record<number, [status: string, message: string]> = {
  400: ["INVALID_ARGUMENT", "Request contains an invalid argument."],
  401: ["UNAUTHENTICATED", "Request had invalid authentication credentials."],
  403: ["PERMISSION_DENIED", "Method doesn't allow unregistered callers."],
  404: ["NOT_FOUND", "The model is not found for API version v1beta."],
  429: ["RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."],
  500: ["INTERNAL", "An internal error has occurred."],
  503: ["UNAVAILABLE", "The model is overloaded. Please try again later."],
};

/**
 * Google's error body. The time to wait is only here, as RetryInfo: its servers send no retry-after header
 * (https://github.com/dcdpr/jp/pull/1061).
 */
function failureBody(failure: Failure) {
  const [status, message] = FAILURES[failure.status] ?? [
    failure.status >= 500 ? "INTERNAL" : "FAILED_PRECONDITION",
    "Failed.",
  ];
  const details: object[] = [];
  if (failure.badKey) {
    const metadata = { service: "generativelanguage.googleapis.com" };
    const reason = "API_KEY_INVALID";
    details.push({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com", metadata });
  }
  if (failure.quota) {
    const violations = [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier", quotaValue: "250" }];
    details.push({ "@type": "type.googleapis.com/google.rpc.QuotaFailure", violations });
  }
  if (failure.retryAfterSeconds !== undefined) {
    details.push({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${failure.retryAfterSeconds}s` });
  }
  const words = failure.message ?? (failure.quota ? "You exceeded your current quota." : message);
  return { error: { code: failure.status, message: words, status, ...(details.length > 0 && { details }) } };
}

function argumentsOf(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return words;
  }
}

function response(answer: Answer, parts: object[], outputTokens: number, finishReason?: string | null) {
  const { usage } = answer;
  return {
    candidates: [{ content: { parts, role: "model" }, ...(finishReason && { finishReason }), index: 0 }],
    ...(usage && {
      usageMetadata: {
        promptTokenCount: usage.input,
        candidatesTokenCount: Math.max(0, outputTokens - usage.reasoning),
        totalTokenCount: usage.input + outputTokens,
        promptTokensDetails: [{ modality: "TEXT", tokenCount: usage.input }],
        ...(usage.cached > 0 && { cachedContentTokenCount: usage.cached }),
        ...(usage.reasoning > 0 && { thoughtsTokenCount: usage.reasoning }),
      },
    }),
    modelVersion: answer.model,
    responseId: idOf("resp", answer.number),
  };
}

/** Stands in the place of a signature where a call is not the model's own. */
const unsignedCall = "skip_thought_signature_validator";

const signatureOfCall = ({ name, args }: { name: string; args?: unknown }) => signatureOf(name, JSON.stringify(args));

/** Models that think sign the first of their calls. */
const functionCalls = (answer: Answer) =>
  answer.toolCalls.map((call, index) => {
    const functionCall = { name: call.name, args: argumentsOf(call.arguments) };
    const isSigned = index === 0 && answer.reasoning.length > 0;
    return { functionCall, ...(isSigned && { thoughtSignature: signatureOfCall(functionCall) }) };
  });

/**
 * From Gemini 3 on the first call of each step must come back with its signature; a wrong one is refused always.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
function refuseSignatures(model: string, contents: { role?: string | undefined; parts: Part[] }[]): void {
  for (const { role, parts } of contents) {
    const [first] = parts.filter((part) => part.functionCall);
    if (role !== "model" || !first?.functionCall) continue;
    const { thoughtSignature: given } = first;
    if (given === undefined && /^gemini-[3-9]/.test(model)) {
      throw new RefusedRequest(400, "Function call is missing a thought_signature in functionCall parts.");
    }
    if (given === undefined || given === unsignedCall) continue;
    if (given !== signatureOfCall(first.functionCall)) {
      throw new RefusedRequest(400, "Thought signature is not valid.");
    }
  }
}

/** Gemini's generateContent and streamGenerateContent. https://ai.google.dev/api/generate-content */
export const gemini: Format = {
  name: "gemini",
  lineEnd: "\r\n",
  prefill: "ignored",
  read(body, path) {
    const parsed = requestSchema.safeParse(body);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new RefusedRequest(400, `Invalid value at '${issue?.path.join(".") ?? ""}': ${issue?.message ?? ""}`);
    }
    const { contents, systemInstruction, tools, toolConfig, generationConfig } = parsed.data;
    const functions = (Array.isArray(tools) ? tools : []).flatMap((tool) => tool.functionDeclarations ?? []);
    const calling = toolConfig?.functionCallingConfig;
    const schema = generationConfig?.responseSchema ?? generationConfig?.responseJsonSchema;
    refuseSignatures(path.model ?? "", contents);
    return {
      model: path.model ?? "",
      stream: path.stream ?? false,
      system: systemInstruction ? textOf(systemInstruction.parts) : null,
      messages: contents.map((content) => readMessage(content.role ?? "user", content.parts)),
      tools: functions.map(({ name }) => name),
      toolSchemas: Object.fromEntries(
        functions.map((each) => [each.name, each.parameters ?? each.parametersJsonSchema]),
      ),
      mustCall: calling?.mode === "ANY" ? (calling.allowedFunctionNames?.[0] ?? true) : false,
      json: generationConfig?.responseMimeType === "application/json" ? (schema ?? true) : null,
      wantsReasoning: generationConfig?.thinkingConfig?.includeThoughts ?? false,
      maxTokens: generationConfig?.maxOutputTokens ?? null,
      includeUsage: true,
    };
  },
  whole(answer) {
    const parts: object[] = [];
    if (answer.reasoning.length > 0) parts.push({ text: answer.reasoning.join(""), thought: true });
    if (answer.text.length > 0) parts.push({ text: answer.text.join("") });
    parts.push(...functionCalls(answer));
    return response(answer, parts, answer.usage?.output ?? 0, answer.finish && FINISH_REASONS[answer.finish]);
  },
  *frames(answer) {
    // Every chunk tells the figures so far.
    let said = "";
    const chunk = (kind: Frame["kind"], parts: object[], words: string): Frame => {
      said += words;
      return { kind, data: response(answer, parts, countTokens(said)) };
    };
    for (const text of answer.reasoning) yield chunk("thought", [{ text, thought: true }], text);
    for (const text of answer.text) yield chunk("text", [{ text }], text);
    for (const call of functionCalls(answer)) yield chunk("call", [call], "");
    const finishReason = answer.finish && FINISH_REASONS[answer.finish];
    yield { kind: "finish", data: response(answer, [{ text: "" }], answer.usage?.output ?? 0, finishReason) };
  },
  failureBody,
  failureHeaders: () => ({}),
  failureFrame: (failure) => ({ kind: "other", data: failureBody(failure) }),
};
