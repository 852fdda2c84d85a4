import { type AskBody, type AskLine, askLine } from "@mindmesh/contracts/query/ask";
import { linesOf } from "../lines-of.ts";
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
  for await (const line of linesOf(response.body)) yield askLine.parse(JSON.parse(line));
}
