import { roles } from "@mindmesh/contracts/identity";
import { boolean, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, moment } from "../db/index.ts";

const kernel = pgSchema("kernel");

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
  createdAt: moment("created_at")
    .notNull()
    .$defaultFn(() => new Date().toISOString()),
});

export const workspaces = kernel.table("workspaces", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  createdAt: moment("created_at")
    .notNull()
    .$defaultFn(() => new Date().toISOString()),
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

export const sessions = kernel.table("sessions", {
  id: uuid("id").primaryKey(),
  personId: uuid("person_id").notNull(),
  userAgent: text("user_agent").notNull(),
  ip: text("ip").notNull(),
  createdAt: moment("created_at")
    .notNull()
    .$defaultFn(() => new Date().toISOString()),
  lastUsedAt: moment("last_used_at")
    .notNull()
    .$defaultFn(() => new Date().toISOString()),
  expiresAt: moment("expires_at").notNull(),
  endedAt: moment("ended_at"),
  endReason: text("end_reason", { enum: ["signed_out", "revoked", "refresh_reused", "password_changed"] }),
});

export const refreshTokens = kernel.table("refresh_tokens", {
  tokenHash: bytea("token_hash").primaryKey(),
  sessionId: uuid("session_id").notNull(),
  createdAt: moment("created_at")
    .notNull()
    .$defaultFn(() => new Date().toISOString()),
  usedAt: moment("used_at"),
});
