import type { ConnectionStage } from "@mindmesh/contracts/query/ingestion";
import { create } from "zustand";

/** How far the test that runs on this page has come, as the server tells it; the answer of the test itself has the last word. */
export const usePassedStages = create<{ testId: string | null; passed: readonly ConnectionStage[] }>()(() => ({
  testId: null,
  passed: [],
}));

/** From now on the stages of this test are kept, and of no other. */
export const followTest = (testId: string) => usePassedStages.setState({ testId, passed: [] });

/** A test has passed a stage; another page's test changes nothing. */
export const passStage = ({ testId, stage }: { testId: string; stage: ConnectionStage }) =>
  usePassedStages.setState((known) => (known.testId === testId ? { passed: [...known.passed, stage] } : known));
