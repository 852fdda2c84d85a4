import { ClientError } from "@mindmesh/client";
import type { AskBody, AskResult, AskStep } from "@mindmesh/contracts/query/ask";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { askStream } from "./ask-stream.ts";
import { type Place, turnsKeyOf } from "./queries.ts";

export interface Asking {
  question: string;
  steps: { step: AskStep; text: string }[];
}

/** One question at a time: its steps while it is answered, and the rows of answers of this visit. */
export function useAsk(place: Place) {
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [results, setResults] = useState<Readonly<Record<string, AskResult | null>>>({});
  const running = useRef<AbortController | null>(null);
  // The question ends on the server too when the page goes.
  useEffect(() => () => running.current?.abort(), []);

  async function ask(body: Partial<AskBody> & { question: string }): Promise<boolean> {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setProblem(null);
    setAsking({ question: body.question, steps: [] });
    let isAnswered = false;
    try {
      for await (const line of askStream(place, body, controller.signal)) {
        if (line.type === "step") {
          setAsking((known) => known && { ...known, steps: [...known.steps, { step: line.step, text: line.text }] });
        } else if (line.type === "failure") setProblem(line.message);
        else {
          isAnswered = true;
          setResults((known) => ({ ...known, [line.turn.id]: line.result }));
        }
      }
      await queryClient.invalidateQueries({ queryKey: turnsKeyOf(place) });
    } catch (error) {
      if (!controller.signal.aborted) {
        setProblem(error instanceof ClientError ? error.message : "The connection to the server broke. Ask again.");
      }
    } finally {
      if (running.current === controller) setAsking(null);
    }
    return isAnswered;
  }

  return { asking, problem, results, ask, cancel: () => running.current?.abort() };
}
