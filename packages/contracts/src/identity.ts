import { z } from "zod";
import { email, id, line, moment, password, workspaceParams } from "./fields.ts";
import { defineRoute } from "./route.ts";

export const roles = ["owner", "admin", "developer", "analyst", "member", "viewer"] as const;
export const role = z.enum(roles);
export type Role = z.infer<typeof role>;

export const person = z.object({
  id,
  email: z.string(),
  name: z.string(),
  isInstanceOwner: z.boolean(),
  createdAt: moment,
});
export type Person = z.infer<typeof person>;

export const workspace = z.object({
  id,
  name: z.string(),
  role,
  createdAt: moment,
  /** Head of the event log: data read after this answer is complete with the events that come after it. */
  eventSeq: z.number().int().min(0),
});
export type Workspace = z.infer<typeof workspace>;

/** Who is signed in and where they may go; the first thing that the page asks for. */
export const me = z.object({ person, workspaces: z.array(workspace) });
export type Me = z.infer<typeof me>;

export const setupStatus = z.object({
  /** True until the first person has been made: the page shows set-up. */
  needsSetup: z.boolean(),
  signUpOpen: z.boolean(),
});

export const signUpBody = z.object({
  email,
  password,
  name: line(100),
  workspaceName: line(100).optional(),
});

export const signInBody = z.object({
  email,
  password: z.string().max(1000),
  /** Six digits of the authenticator app or a recovery code, when the account has a second factor. */
  code: z.string().trim().max(40).optional(),
});

export const identityRoutes = {
  setupStatus: defineRoute({
    method: "GET",
    path: "/api/auth/setup",
    summary: "Whether this server still needs its first person, and whether sign-up is open",
    tag: "identity",
    audience: "public",
    scope: "read",
    response: setupStatus,
  }),
  signUp: defineRoute({
    method: "POST",
    path: "/api/auth/sign-up",
    summary: "Create an account; the first one owns the server",
    tag: "identity",
    audience: "public",
    scope: "write",
    limit: "sensitive",
    body: signUpBody,
    response: me,
    status: 201,
  }),
  signIn: defineRoute({
    method: "POST",
    path: "/api/auth/sign-in",
    summary: "Sign in with e-mail and password; sets the session cookies",
    tag: "identity",
    audience: "public",
    scope: "write",
    limit: "sensitive",
    body: signInBody,
    response: me,
  }),
  refresh: defineRoute({
    method: "POST",
    path: "/api/auth/refresh",
    summary: "Exchange the refresh token for a new pair of tokens",
    tag: "identity",
    audience: "public",
    scope: "write",
    body: z.object({ refreshToken: z.string().max(500).optional() }),
    response: z.object({ expiresInSeconds: z.number().int() }),
  }),
  signOut: defineRoute({
    method: "POST",
    path: "/api/auth/sign-out",
    summary: "End this session",
    tag: "identity",
    audience: "public",
    scope: "write",
    response: "none",
  }),
  me: defineRoute({
    method: "GET",
    path: "/api/me",
    summary: "The signed-in person and their workspaces",
    tag: "identity",
    audience: "person",
    scope: "read",
    response: me,
  }),
  listMembers: defineRoute({
    method: "GET",
    path: "/api/workspaces/:workspaceId/members",
    summary: "The people of a workspace",
    tag: "identity",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({
      items: z.array(z.object({ id, name: z.string(), email: z.string(), role, joinedAt: moment })),
    }),
  }),
};
