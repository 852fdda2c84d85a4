export { type Actor, type AuditableDeed, actorOf, audit, theServer } from "./audit.ts";
export { forgetPersonInAudit } from "./forget-person.ts";
export { auditRoutesOn } from "./routes.ts";
