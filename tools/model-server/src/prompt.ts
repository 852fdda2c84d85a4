/** What a request asked, whatever the wire format it came in. */
export type PromptMessage = {
  role: "user" | "assistant" | "tool";
  text: string;
  images: number;
  /** Names (or media types) of the documents, audio and other files in the message. */
  attachments: string[];
};

export type Prompt = {
  model: string;
  stream: boolean;
  /** All system (and developer) text joined by line breaks, or null when there was none. */
  system: string | null;
  messages: PromptMessage[];
  /** Names of the tools that were offered. */
  tools: string[];
  /** The schemas of their inputs, by name. */
  toolSchemas: Record<string, unknown>;
  /** The tool that must be called: its name, or true for any. */
  mustCall: string | boolean;
  /** Structured output: its schema, or true for any JSON object; null for text. */
  json: unknown;
  wantsReasoning: boolean;
  /** Responses only: reasoning is to come in the form in which it can be given back. */
  encryptsReasoning?: boolean;
  maxTokens: number | null;
  /** Chat completions only: `stream_options.include_usage`. */
  includeUsage: boolean;
};

/** An error that the provider's server would answer with `status` before generating anything. */
export class RefusedRequest extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "RefusedRequest";
    this.status = status;
  }
}

/** The place in `messages` of the last message that a person wrote, or -1. */
export function lastUserMessage(messages: PromptMessage[]): number {
  return messages.findLastIndex((message) => message.role === "user");
}
