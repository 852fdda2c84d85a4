import type { ConnectionTest } from "@mindmesh/contracts/query/connections";
import { useRef, useState } from "react";
import { newId } from "../../../shell/new-id.ts";
import { followTest } from "./passed-stages.ts";

export type PlaceTest = { state: "idle" } | { state: "running" } | { state: "ended"; result: ConnectionTest };

/** One test at a time, which can be cancelled; its answer is kept until the next one or until it is forgotten. */
export function usePlaceTest() {
  const [test, setTest] = useState<PlaceTest>({ state: "idle" });
  const running = useRef<AbortController>(null);
  return {
    test,
    /** The answer; null when it was cancelled. @throws ClientError */
    async run(ask: (signal: AbortSignal, testId: string) => Promise<ConnectionTest>): Promise<ConnectionTest | null> {
      running.current?.abort();
      const mine = new AbortController();
      running.current = mine;
      const testId = newId();
      followTest(testId);
      setTest({ state: "running" });
      try {
        const result = await ask(mine.signal, testId);
        if (mine.signal.aborted) return null;
        setTest({ state: "ended", result });
        return result;
      } catch (error) {
        if (mine.signal.aborted) return null;
        setTest({ state: "idle" });
        throw error;
      }
    },
    cancel() {
      running.current?.abort();
      setTest({ state: "idle" });
    },
  };
}
