import type { ChildAnswers, ChildRequest } from "./messages.ts";
import type { Child } from "./start-child.ts";

/** Asks a child for something of which only the answer counts. @throws StatementFailure, ConnectionFailure */
export async function answerOf<Ask extends keyof ChildAnswers>(
  child: Child,
  request: Extract<ChildRequest, { ask: Ask }>,
  limits: { milliseconds: number; signal: AbortSignal },
  progress: (share: number, text: string) => void = () => undefined,
): Promise<ChildAnswers[Ask]> {
  const news = child.ask<Ask>(request, limits);
  for (;;) {
    const next = await news.next();
    if (next.done) return next.value;
    if (next.value.reply === "progress") progress(next.value.share, next.value.text);
  }
}
