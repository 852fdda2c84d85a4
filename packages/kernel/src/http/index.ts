export { type Caller, type MemberCaller, tenantOf } from "./caller.ts";
export { handleErrors, toAppError } from "./error-handler.ts";
export { readJson } from "./read-json.ts";
export { requireDevice, requireInstanceOwner, requireRight } from "./rights.ts";
export { type Authentication, type Handler, type Handlers, type RateLimit, implement, rawBody } from "./implement.ts";
export { networkOf } from "./network.ts";
export { pageOfRows, requireRowCursor } from "./paging.ts";
