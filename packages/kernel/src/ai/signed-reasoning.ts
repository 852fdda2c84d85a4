import type { SharedV3ProviderMetadata } from "@ai-sdk/provider";

/** What a provider has signed of its model's thinking, in the AI SDK's form; only the provider can read or check it. */
type Signature = SharedV3ProviderMetadata;

/** One stretch of thinking and its provider's signature. */
export interface SignedThought {
  text: string;
  signature: Signature;
}

/** The thinking of an answer that its provider wants back, unchanged, with the results of the tools that it called. */
export interface SignedReasoning {
  /** Kind of provider and model, such as `anthropic/claude-sonnet-4-5`: nobody else takes it. */
  by: string;
  thoughts: SignedThought[];
}

/** A signature that stands on a tool call instead (Gemini's thought signatures). */
export interface SignedCall {
  by: string;
  signature: Signature;
}

/** Gemini's signature of a call, which OpenAI's format has a place for; null where there is none. */
export function thoughtSignatureOf(signed: SignedCall | undefined): string | null {
  const given = signed?.signature["google"]?.["thoughtSignature"];
  return typeof given === "string" ? given : null;
}

/** The other way round. @param model that the call goes back to, as `google/<model>` */
export function signedByGemini(model: string, thoughtSignature: string): SignedCall {
  return { by: model, signature: { google: { thoughtSignature } } };
}

/** Collects thoughts as their parts come; Anthropic's signature comes after the text, a redacted thought's before it. */
export function collectThoughts() {
  const open = new Map<string, SignedThought>();
  const signed: SignedThought[] = [];
  const isSigned = ({ signature }: SignedThought) => Object.keys(signature).length > 0;

  function add(id: string, text: string, metadata: Signature | undefined): void {
    const thought = open.get(id) ?? { text: "", signature: {} };
    open.set(id, thought);
    thought.text += text;
    for (const [provider, values] of Object.entries(metadata ?? {})) {
      thought.signature[provider] = { ...thought.signature[provider], ...values };
    }
  }

  return {
    add,
    end(id: string, metadata: Signature | undefined): void {
      add(id, "", metadata);
      const thought = open.get(id);
      open.delete(id);
      if (thought && isSigned(thought)) signed.push(thought);
    },
    signed: () => signed,
  };
}
