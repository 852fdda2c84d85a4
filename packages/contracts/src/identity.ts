import { z } from "zod";
import { email, id, line, moment, password } from "./fields.ts";
import { role } from "./permissions.ts";
import { defineRoute } from "./route.ts";

export { type Role, role, roles } from "./permissions.ts";

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

/** Other places where people may prove who they are. `oidc` is the one that OIDC_ISSUER names. */
export const signInProviders = ["google", "github", "oidc"] as const;
export const signInProvider = z.enum(signInProviders);
export type SignInProvider = z.infer<typeof signInProvider>;

export const setupStatus = z.object({
  /** True until the first person has been made: the page shows set-up. */
  needsSetup: z.boolean(),
  signUpOpen: z.boolean(),
  /** False without SMTP: forgotten passwords need the owner of the server, who can make a link. */
  canSendEmail: z.boolean(),
  /** Buttons to show beside the password form. */
  providers: z.array(z.object({ id: signInProvider, name: z.string() })),
});

export const signUpBody = z.object({
  email,
  password,
  name: line(100),
  workspaceName: line(100).optional(),
});

/** A password as typed to prove oneself: any text, so that a wrong one is "wrong", not "too short". */
export const typedPassword = z.string().max(1000, "Must have at most 1,000 characters.");

/** Six digits of the authenticator app, or a recovery code; spaces and dashes do not matter. */
export const secondFactorCode = z.string().trim().min(1, "Must not be empty.").max(40);

export const signInBody = z.object({
  email,
  password: typedPassword,
  /** Needed when the account has a second factor; without it the answer is `second_factor_required`. */
  code: secondFactorCode.optional(),
});

/**
 * Pages that links in e-mails and redirects from other providers lead to. The token is the fragment
 * (`/invitation#<token>`), so that it reaches no log.
 */
export const linkPages = {
  invitation: "/invitation",
  resetPassword: "/reset-password",
  confirmEmail: "/confirm-email",
  /** After a failed sign-in through a provider: `/sign-in?error=<error code>`. */
  signIn: "/sign-in",
  /** A sign-in through a provider that still needs the code: `finishSecondFactor`, then go to `?returnTo=`. */
  secondFactor: "/sign-in/second-factor",
} as const;

/** The secret of a link that was sent by e-mail or copied by an admin; the page finds it in its URL's fragment. */
export const linkToken = z.string().min(1).max(200);

export const invitationPreview = z.object({
  workspaceName: z.string(),
  role,
  email: z.string(),
  invitedBy: z.string(),
  expiresAt: moment,
  /** True: sign in to accept. False: choose a name and a password. */
  hasAccount: z.boolean(),
});

export const acceptInvitationBody = z.object({
  token: linkToken,
  /** For somebody without an account. */
  account: z.object({ name: line(100), password }).optional(),
});

export const identityRoutes = {
  setupStatus: defineRoute({
    method: "GET",
    path: "/api/auth/setup",
    summary: "Whether this server still needs its first person, and the ways to sign in",
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
  startProviderSignIn: defineRoute({
    method: "GET",
    path: "/api/auth/providers/:provider/start",
    summary: "Go to another provider to sign in; a link for the browser",
    tag: "identity",
    audience: "public",
    scope: "read",
    limit: "sensitive",
    params: z.object({ provider: signInProvider }),
    query: z.object({
      /** Path of the page to come back to. */
      returnTo: z.string().max(2000).optional(),
      /** Accepts this invitation on the way. */
      invitation: linkToken.optional(),
    }),
    response: "raw",
  }),
  finishProviderSignIn: defineRoute({
    method: "GET",
    path: "/api/auth/providers/:provider/callback",
    summary: "Where the other provider sends the browser back to",
    tag: "identity",
    audience: "public",
    scope: "read",
    limit: "sensitive",
    params: z.object({ provider: signInProvider }),
    response: "raw",
  }),
  finishSecondFactor: defineRoute({
    method: "POST",
    path: "/api/auth/second-factor",
    summary: "Finish a sign-in through another provider with the code of the authenticator app",
    tag: "identity",
    audience: "public",
    scope: "write",
    limit: "sensitive",
    body: z.object({ code: secondFactorCode }),
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
  forgotPassword: defineRoute({
    method: "POST",
    path: "/api/auth/password/forgot",
    summary: "Ask for a link by e-mail that sets a new password; the answer is the same for an unknown address",
    tag: "identity",
    audience: "public",
    scope: "write",
    limit: "sensitive",
    body: z.object({ email }),
    response: "none",
  }),
  resetPassword: defineRoute({
    method: "POST",
    path: "/api/auth/password/reset",
    summary: "Set a new password with the token of such a link; every device is signed out",
    tag: "identity",
    audience: "public",
    scope: "write",
    limit: "sensitive",
    body: z.object({ token: linkToken, password }),
    response: "none",
  }),
  confirmEmail: defineRoute({
    method: "POST",
    path: "/api/auth/email/confirm",
    summary: "Finish a change of e-mail address with the token that was sent to the new one",
    tag: "identity",
    audience: "public",
    scope: "write",
    limit: "sensitive",
    body: z.object({ token: linkToken }),
    response: z.object({ email: z.string() }),
  }),
  readInvitation: defineRoute({
    method: "POST",
    path: "/api/auth/invitations/read",
    summary: "What an invitation offers, for whoever holds its token",
    tag: "identity",
    audience: "public",
    scope: "read",
    limit: "sensitive",
    body: z.object({ token: linkToken }),
    response: invitationPreview,
  }),
  acceptInvitation: defineRoute({
    method: "POST",
    path: "/api/auth/invitations/accept",
    summary: "Join a workspace: signed in with the invited address, or with a new account",
    tag: "identity",
    audience: "public",
    scope: "write",
    limit: "sensitive",
    body: acceptInvitationBody,
    response: me.extend({ joinedWorkspaceId: id }),
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
};
