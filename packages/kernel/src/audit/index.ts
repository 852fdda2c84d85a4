export { type Actor, type AuditableDeed, actorOf, audit, auditEntry, credentialOf, theServer } from "./audit.ts";
export { forgetDetailsInAudit, forgetPersonInAudit, forgetWorkspaceInAudit } from "./forget.ts";
export { auditRoutesOn } from "./routes.ts";
