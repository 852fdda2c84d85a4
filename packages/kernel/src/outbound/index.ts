export { isPublicAddress, readAllowance } from "./addresses.ts";
export { OutboundRefused } from "./guarded-connector.ts";
export { type Outbound, type OutboundSettings, openOutbound } from "./outbound.ts";
export { AnswerTooLong, type Fetch, type PooledFetch, type RawAnswer, RedirectRefused } from "./pooled-fetch.ts";
