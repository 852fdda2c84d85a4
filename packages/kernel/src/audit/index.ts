export { type Actor, type AuditableDeed, actorOf, audit, auditEntry, credentialOf, theServer } from "./audit.ts";
export { forgetPersonInAudit, forgetWorkspaceInAudit } from "./forget.ts";
export { auditRoutesOn } from "./routes.ts";
