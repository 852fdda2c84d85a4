import { z } from "zod";
import { email, id, line, moment, password } from "./fields.ts";
import { person, secondFactorCode, signInProvider, typedPassword } from "./identity.ts";
import { defineRoute } from "./route.ts";

/**
 * Proof, given again, that the person at the keyboard is the one who signed in. Accounts without a password leave it
 * out; they must have signed in within the last ten minutes (`sign_in_again`).
 */
export const confirmation = z.object({ password: typedPassword.optional() });

/** One signed-in device. */
export const deviceSession = z.object({
  id,
  /** The device that asks. */
  current: z.boolean(),
  /** Such as "Firefox on Linux". */
  device: z.string(),
  userAgent: z.string(),
  ip: z.string(),
  createdAt: moment,
  lastUsedAt: moment,
});
export type DeviceSession = z.infer<typeof deviceSession>;

export const accountSecurity = z.object({
  hasPassword: z.boolean(),
  secondFactor: z
    .object({ enabledAt: moment, recoveryCodesLeft: z.number().int() })
    .nullable()
    .describe("null when there is none"),
  identities: z.array(
    z.object({ provider: signInProvider, name: z.string(), email: z.string().nullable(), linkedAt: moment }),
  ),
  /** A change of address that waits for its confirmation. */
  pendingEmail: z.string().nullable(),
});
export type AccountSecurity = z.infer<typeof accountSecurity>;

/** Shown once; each works once, in place of a code. */
const recoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });

export const dataExport = z.object({
  id,
  state: z.enum(["waiting", "running", "ready", "failed"]),
  /** 0 to 1. */
  progress: z.number(),
  sizeBytes: z.number().int().nullable(),
  error: z.string().nullable(),
  createdAt: moment,
  /** When the file is deleted. */
  expiresAt: moment,
});
export type DataExport = z.infer<typeof dataExport>;

const namedWorkspace = z.object({ id, name: z.string() });

/** Settings of one's own account. */
export const accountRoutes = {
  updateProfile: defineRoute({
    method: "PATCH",
    path: "/api/me",
    summary: "Change one's name",
    tag: "account",
    audience: "device",
    scope: "write",
    body: z.object({ name: line(100) }),
    response: person,
  }),
  changeEmail: defineRoute({
    method: "POST",
    path: "/api/me/email",
    summary: "Change the e-mail address; with SMTP it takes effect when the new address has been confirmed",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation.extend({ email }),
    response: z.object({ outcome: z.enum(["changed", "confirmation_sent"]) }),
  }),
  changePassword: defineRoute({
    method: "POST",
    path: "/api/me/password",
    summary: "Change or first set the password; every other device is signed out",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation.extend({ newPassword: password }),
    response: "none",
  }),
  accountSecurity: defineRoute({
    method: "GET",
    path: "/api/me/security",
    summary: "Password, second factor and linked sign-ins of the account",
    tag: "account",
    audience: "device",
    scope: "admin",
    response: accountSecurity,
  }),
  listSessions: defineRoute({
    method: "GET",
    path: "/api/me/sessions",
    summary: "Devices that are signed in, last used first",
    tag: "account",
    audience: "device",
    scope: "admin",
    response: z.object({ items: z.array(deviceSession) }),
  }),
  revokeSession: defineRoute({
    method: "DELETE",
    path: "/api/me/sessions/:sessionId",
    summary: "Sign a device out at once",
    tag: "account",
    audience: "device",
    scope: "admin",
    params: z.object({ sessionId: id }),
    response: "none",
  }),
  revokeOtherSessions: defineRoute({
    method: "POST",
    path: "/api/me/sessions/revoke-others",
    summary: "Sign out everywhere else",
    tag: "account",
    audience: "device",
    scope: "admin",
    response: z.object({ revoked: z.number().int() }),
  }),
  startSecondFactor: defineRoute({
    method: "POST",
    path: "/api/me/second-factor",
    summary: "Begin to set up an authenticator app; nothing changes until a code confirms it",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation,
    response: z.object({
      /** Base32, for typing where the QR code cannot be scanned. */
      secret: z.string(),
      uri: z.string(),
      /** QR code of `uri` as an SVG data URL, for an `img`. */
      qrCode: z.string(),
    }),
  }),
  confirmSecondFactor: defineRoute({
    method: "POST",
    path: "/api/me/second-factor/confirm",
    summary: "Finish the set-up with a first code; gives the recovery codes",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: z.object({ code: secondFactorCode }),
    response: recoveryCodes,
  }),
  regenerateRecoveryCodes: defineRoute({
    method: "POST",
    path: "/api/me/second-factor/recovery-codes",
    summary: "New recovery codes; the old ones stop working",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation,
    response: recoveryCodes,
  }),
  removeSecondFactor: defineRoute({
    method: "POST",
    path: "/api/me/second-factor/remove",
    summary: "Turn the second factor off",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation,
    response: "none",
  }),
  linkProvider: defineRoute({
    method: "POST",
    path: "/api/me/identities/:provider",
    summary: "Begin to link a sign-in with another provider: the page goes to the given URL",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    params: z.object({ provider: signInProvider }),
    body: confirmation.extend({ returnTo: z.string().max(2000).optional() }),
    response: z.object({ url: z.string() }),
  }),
  unlinkProvider: defineRoute({
    method: "DELETE",
    path: "/api/me/identities/:provider",
    summary: "Remove a linked sign-in; refused when it is the only way in",
    tag: "account",
    audience: "device",
    scope: "admin",
    params: z.object({ provider: signInProvider }),
    response: "none",
  }),
  startExport: defineRoute({
    method: "POST",
    path: "/api/me/export",
    summary: "Collect everything that the server holds about oneself into a file, in the background",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation,
    response: dataExport,
    status: 201,
  }),
  readExport: defineRoute({
    method: "GET",
    path: "/api/me/export",
    summary: "The newest export and how far it is",
    tag: "account",
    audience: "device",
    scope: "admin",
    response: z.object({ export: dataExport.nullable() }),
  }),
  downloadExport: defineRoute({
    method: "GET",
    path: "/api/me/export/:exportId/file",
    summary: "The file of a finished export (JSON)",
    tag: "account",
    audience: "device",
    scope: "admin",
    params: z.object({ exportId: id }),
    response: "raw",
  }),
  previewDeletion: defineRoute({
    method: "GET",
    path: "/api/me/deletion",
    summary: "What deleting the account would do",
    tag: "account",
    audience: "device",
    scope: "admin",
    response: z.object({
      /** Nobody else is in them: they go with the account. */
      deletedWorkspaces: z.array(namedWorkspace),
      /** Others are in them and nobody else owns them: make somebody an owner or delete them first. */
      blockingWorkspaces: z.array(namedWorkspace),
      /** The owner of the server must hand it over first, unless nobody else is on it. */
      mustHandOverServer: z.boolean(),
    }),
  }),
  deleteAccount: defineRoute({
    method: "POST",
    path: "/api/me/delete",
    summary: "Delete one's account and all of one's data for ever",
    tag: "account",
    audience: "device",
    scope: "admin",
    limit: "sensitive",
    body: confirmation.extend({ email: email.describe("The account's address, typed to confirm") }),
    response: "none",
  }),
};
