import { type AskBody, type AskLine, askLine } from "@mindmesh/contracts/query/ask";
import { askApi } from "./api.ts";
import type { Place } from "./queries.ts";

/** Asks, and gives each line of the answer as it comes. Aborting the signal cancels the question on the server. @throws ClientError */
export async function* askStream(
  place: Place,
  body: Partial<AskBody> & { question: string },
  signal: AbortSignal,
): AsyncGenerator<AskLine> {
  const response = await askApi.askQuestion({ params: { ...place }, body, signal });
  if (!response.body) return;
  const decoder = new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>;
  const reader = response.body.pipeThrough(decoder).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield askLine.parse(JSON.parse(line));
  }
}
