import { signInProviders } from "@mindmesh/contracts/identity";
import { roles } from "@mindmesh/contracts/permissions";
import { bigint, boolean, pgSchema, primaryKey, real, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "../db/index.ts";

const kernel = pgSchema("kernel");

const createdAt = () =>
  moment("created_at")
    .notNull()
    .$defaultFn(() => new Date().toISOString());

export const instance = kernel.table("instance", {
  onlyRow: boolean("only_row").primaryKey().default(true),
  signUpOpen: boolean("sign_up_open").notNull(),
  createdAt: moment("created_at").notNull(),
});

export const people = kernel.table("people", {
  id: uuid("id").primaryKey(),
  email: text("email").notNull(),
  name: text("name").notNull(),
  passwordHash: text("password_hash"),
  isInstanceOwner: boolean("is_instance_owner").notNull().default(false),
  disabledAt: moment("disabled_at"),
  emailVerifiedAt: moment("email_verified_at"),
  pendingEmail: text("pending_email"),
  createdAt: createdAt(),
});

export const workspaces = kernel.table("workspaces", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: createdAt(),
});

export const members = kernel.table(
  "members",
  {
    workspaceId: uuid("workspace_id").notNull(),
    personId: uuid("person_id").notNull(),
    role: text("role", { enum: roles }).notNull(),
    joinedAt: moment("joined_at")
      .notNull()
      .$defaultFn(() => new Date().toISOString()),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.personId] })],
);

const endReasons = ["signed_out", "revoked", "refresh_reused", "password_changed", "account_disabled"] as const;
export type EndReason = (typeof endReasons)[number];

export const sessions = kernel.table("sessions", {
  id: uuid("id").primaryKey(),
  personId: uuid("person_id").notNull(),
  userAgent: text("user_agent").notNull(),
  ip: text("ip").notNull(),
  createdAt: createdAt(),
  lastUsedAt: moment("last_used_at")
    .notNull()
    .$defaultFn(() => new Date().toISOString()),
  expiresAt: moment("expires_at").notNull(),
  endedAt: moment("ended_at"),
  endReason: text("end_reason", { enum: endReasons }),
});

export const refreshTokens = kernel.table("refresh_tokens", {
  tokenHash: bytea("token_hash").primaryKey(),
  sessionId: uuid("session_id").notNull(),
  createdAt: createdAt(),
  usedAt: moment("used_at"),
  parentHash: bytea("parent_hash"),
});

export const apiKeys = kernel.table(
  "api_keys",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    personId: uuid("person_id").notNull(),
    name: text("name").notNull(),
    secretHash: bytea("secret_hash").notNull(),
    ending: text("ending").notNull(),
    scope: text("scope", { enum: ["read", "write", "admin"] }).notNull(),
    createdAt: createdAt(),
    expiresAt: moment("expires_at"),
    lastUsedAt: moment("last_used_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const invitations = kernel.table(
  "invitations",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    email: text("email").notNull(),
    role: text("role", { enum: roles }).notNull(),
    tokenHash: bytea("token_hash"),
    mailed: boolean("mailed").notNull(),
    invitedBy: uuid("invited_by"),
    createdAt: createdAt(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const linkTokens = kernel.table("link_tokens", {
  tokenHash: bytea("token_hash").primaryKey(),
  purpose: text("purpose", { enum: ["password_reset", "email_change"] }).notNull(),
  personId: uuid("person_id").notNull(),
  email: text("email"),
  createdAt: createdAt(),
  expiresAt: moment("expires_at").notNull(),
});

export const secondFactors = kernel.table("second_factors", {
  personId: uuid("person_id").primaryKey(),
  secret: bytea("secret").notNull(),
  confirmedAt: moment("confirmed_at"),
  lastStep: bigint("last_step", { mode: "number" }),
  createdAt: createdAt(),
});

export const recoveryCodes = kernel.table(
  "recovery_codes",
  { personId: uuid("person_id").notNull(), codeHash: bytea("code_hash").notNull() },
  (table) => [primaryKey({ columns: [table.personId, table.codeHash] })],
);

export const providerIdentities = kernel.table(
  "provider_identities",
  {
    issuer: text("issuer").notNull(),
    subject: text("subject").notNull(),
    provider: text("provider", { enum: signInProviders }).notNull(),
    personId: uuid("person_id").notNull(),
    email: text("email"),
    linkedAt: moment("linked_at")
      .notNull()
      .$defaultFn(() => new Date().toISOString()),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.subject] })],
);

export const accountExports = kernel.table("account_exports", {
  id: uuid("id").primaryKey(),
  personId: uuid("person_id").notNull(),
  state: text("state", { enum: ["waiting", "running", "ready", "failed"] }).notNull(),
  progress: real("progress").notNull().default(0),
  sizeBytes: bigint("size_bytes", { mode: "number" }),
  error: text("error"),
  createdAt: createdAt(),
  expiresAt: moment("expires_at").notNull(),
});
