export { type Actor, type AuditableDeed, actorOf, audit, theServer } from "./audit.ts";
export { forgetPersonInAudit, forgetWorkspaceInAudit } from "./forget.ts";
export { auditRoutesOn } from "./routes.ts";
