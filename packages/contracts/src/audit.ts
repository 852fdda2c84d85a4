import { z } from "zod";
import { id, moment, page, pageQuery, prose, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

export const auditEntry = z.object({
  id,
  /** null: about the server or an account, not about a workspace. */
  workspaceId: id.nullable(),
  /** Who did it; the name is null when the account is gone, all null for the server itself or a stranger. */
  actor: z.object({ id, name: z.string().nullable() }).nullable(),
  /** Such as `member.role_changed`. */
  action: z.string(),
  /** What it was done to, such as `person` and an id. */
  target: z.object({ kind: z.string(), id: z.string() }).nullable(),
  details: z.record(z.string(), z.unknown()),
  ip: z.string().nullable(),
  requestId: z.string().nullable(),
  at: moment,
});
export type AuditEntry = z.infer<typeof auditEntry>;

export const auditQuery = pageQuery.extend({
  actorId: id.optional(),
  /** An action, or its beginning up to a dot: `member` finds `member.removed`. */
  action: prose(100).optional(),
  targetId: prose(100).optional(),
  from: moment.optional(),
  to: moment.optional(),
});

export const auditRoutes = {
  listAudit: defineRoute({
    method: "GET",
    path: "/api/workspaces/:workspaceId/audit",
    summary: "What was done in the workspace, newest first; for owners and admins",
    tag: "audit",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    query: auditQuery,
    response: page(auditEntry),
  }),
  listInstanceAudit: defineRoute({
    method: "GET",
    path: "/api/instance/audit",
    summary: "What was done to accounts and to the server, newest first; for the owner of the server",
    tag: "audit",
    audience: "device",
    scope: "admin",
    query: auditQuery,
    response: page(auditEntry),
  }),
};
