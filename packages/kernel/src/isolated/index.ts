export { limitMyself } from "./limit-myself.ts";
export { type IsolatedLimits, type IsolatedOutcome, runIsolated } from "./run-isolated.ts";
export { atMost } from "./at-most.ts";
