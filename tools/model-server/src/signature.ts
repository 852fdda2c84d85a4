import { createHash } from "node:crypto";

/** What a provider signs of its model's thinking: only the words that it was made of fit it. */
export function signatureOf(...words: string[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("base64");
}
