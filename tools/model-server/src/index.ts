export type { Behaviour, Fault } from "./behaviour.ts";
export { NAMED_FAULTS } from "./behaviour.ts";
export { closedPort } from "./closed-port.ts";
export type { Prompt } from "./prompt.ts";
export type { RecordedRequest } from "./record.ts";
export { type ModelServer, startModelServer } from "./start.ts";
