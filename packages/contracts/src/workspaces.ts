import { z } from "zod";
import { email, id, line, moment, workspaceParams } from "./fields.ts";
import { workspace } from "./identity.ts";
import { role } from "./permissions.ts";
import { defineRoute } from "./route.ts";

export const member = z.object({ id, name: z.string(), email: z.string(), role, joinedAt: moment });
export type Member = z.infer<typeof member>;

export const invitation = z.object({
  id,
  email: z.string(),
  role,
  invitedBy: z.object({ id, name: z.string() }).nullable(),
  createdAt: moment,
  expiresAt: moment,
  expired: z.boolean(),
});
export type Invitation = z.infer<typeof invitation>;

/** `link` is there to be copied when the server cannot send e-mail; it is shown this once. */
export const sentInvitation = z.object({ invitation, link: z.string().nullable() });

/**
 * A wider scope includes the narrower ones. `read` sees, `write` also changes content, `admin` also settings and
 * members, all as far as the person's role goes.
 */
export const keyScope = z.enum(["read", "write", "admin"]);

export const apiKey = z.object({
  id,
  name: z.string(),
  person: z.object({ id, name: z.string() }),
  scope: keyScope,
  /** Its last four characters, to recognise it. */
  ending: z.string(),
  createdAt: moment,
  expiresAt: moment.nullable(),
  lastUsedAt: moment.nullable(),
});
export type ApiKey = z.infer<typeof apiKey>;

export const newApiKeyBody = z.object({
  name: line(100),
  scope: keyScope,
  expiresInDays: z.number().int().min(1).max(3650).nullable(),
});

const memberParams = workspaceParams.extend({ personId: id });
const invitationParams = workspaceParams.extend({ invitationId: id });
const base = "/api/workspaces/:workspaceId" as const;

export const workspaceRoutes = {
  createWorkspace: defineRoute({
    method: "POST",
    path: "/api/workspaces",
    summary: "Make a workspace; the caller owns it",
    tag: "workspaces",
    audience: "device",
    scope: "admin",
    body: z.object({ name: line(100) }),
    response: workspace,
    status: 201,
  }),
  updateWorkspace: defineRoute({
    method: "PATCH",
    path: base,
    summary: "Rename the workspace",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    body: z.object({ name: line(100) }),
    response: workspace,
  }),
  deleteWorkspace: defineRoute({
    method: "POST",
    path: `${base}/delete`,
    summary: "Delete the workspace with everything in it, for ever",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    body: z.object({ name: z.string().max(1000).describe("The workspace's name, typed to confirm") }),
    response: "none",
  }),
  leaveWorkspace: defineRoute({
    method: "POST",
    path: `${base}/leave`,
    summary: "Leave the workspace; refused (`last_owner`) to its last owner",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    response: "none",
  }),
  listMembers: defineRoute({
    method: "GET",
    path: `${base}/members`,
    summary: "The people of a workspace",
    tag: "workspaces",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(member) }),
  }),
  changeRole: defineRoute({
    method: "PATCH",
    path: `${base}/members/:personId`,
    summary: "Give a member another role",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: memberParams,
    body: z.object({ role }),
    response: member,
  }),
  removeMember: defineRoute({
    method: "DELETE",
    path: `${base}/members/:personId`,
    summary: "Remove a member; their API keys for the workspace end",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: memberParams,
    response: "none",
  }),
  listInvitations: defineRoute({
    method: "GET",
    path: `${base}/invitations`,
    summary: "Invitations that nobody has accepted yet, newest first",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    response: z.object({ items: z.array(invitation) }),
  }),
  invite: defineRoute({
    method: "POST",
    path: `${base}/invitations`,
    summary: "Invite somebody by e-mail, or by a link to copy when the server cannot send e-mail",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    body: z.object({ email, role }),
    response: sentInvitation,
    status: 201,
  }),
  resendInvitation: defineRoute({
    method: "POST",
    path: `${base}/invitations/:invitationId/resend`,
    summary: "Send an invitation again; the earlier link stops working",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: invitationParams,
    response: sentInvitation,
  }),
  revokeInvitation: defineRoute({
    method: "DELETE",
    path: `${base}/invitations/:invitationId`,
    summary: "Take an invitation back",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: invitationParams,
    response: "none",
  }),
  listApiKeys: defineRoute({
    method: "GET",
    path: `${base}/api-keys`,
    summary: "One's own API keys for the workspace; for owners and admins also those of others",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    response: z.object({ items: z.array(apiKey) }),
  }),
  createApiKey: defineRoute({
    method: "POST",
    path: `${base}/api-keys`,
    summary: "Make an API key; its secret is in this answer only",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams,
    body: newApiKeyBody,
    response: z.object({ key: apiKey, secret: z.string() }),
    status: 201,
  }),
  revokeApiKey: defineRoute({
    method: "DELETE",
    path: `${base}/api-keys/:keyId`,
    summary: "Revoke an API key at once",
    tag: "workspaces",
    audience: "member",
    scope: "admin",
    params: workspaceParams.extend({ keyId: id }),
    response: "none",
  }),
};

/** Logged events; every member may see them. */
export const workspaceEvents = {
  "workspace.changed": z.object({ id, name: z.string() }),
  /** Somebody joined or has another role. */
  "workspace.member.changed": z.object({ personId: id, role }),
  "workspace.member.removed": z.object({ personId: id }),
  "workspace.invitations.changed": z.object({}),
} as const;
export type WorkspaceEvent<T extends keyof typeof workspaceEvents> = z.infer<(typeof workspaceEvents)[T]>;
