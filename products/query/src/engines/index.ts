export { engineOf } from "./engine-of.ts";
export type { NetworkTarget, Session } from "./engine.ts";
