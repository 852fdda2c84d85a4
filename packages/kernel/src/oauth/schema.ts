import { programScopes } from "@mindmesh/contracts/oauth";
import { pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, jsonb, moment } from "../db/index.ts";

const kernel = pgSchema("kernel");

/** What the library gives to be kept; its own names and shapes. */
export type Payload = Record<string, unknown>;

export const oauthClients = kernel.table("oauth_clients", {
  id: text("id").primaryKey(),
  metadata: jsonb("metadata").$type<Payload>().notNull(),
  createdAt: moment("created_at").notNull(),
  lastUsedAt: moment("last_used_at").notNull(),
});

export const oauthGrants = kernel.table("oauth_grants", {
  id: uuid("id").primaryKey(),
  workspaceId: uuid("workspace_id").notNull(),
  personId: uuid("person_id").notNull(),
  clientId: text("client_id").notNull(),
  clientName: text("client_name").notNull(),
  resource: text("resource").notNull(),
  scope: text("scope", { enum: programScopes }).notNull(),
  createdAt: moment("created_at").notNull(),
  expiresAt: moment("expires_at").notNull(),
  lastUsedAt: moment("last_used_at"),
});
export type GrantRow = typeof oauthGrants.$inferSelect;

export const tokenKinds = ["AuthorizationCode", "AccessToken", "RefreshToken"] as const;

export const oauthTokens = kernel.table("oauth_tokens", {
  tokenHash: bytea("token_hash").primaryKey(),
  kind: text("kind", { enum: tokenKinds }).notNull(),
  grantId: uuid("grant_id").notNull(),
  payload: jsonb("payload").$type<Payload>().notNull(),
  expiresAt: moment("expires_at").notNull(),
  consumedAt: moment("consumed_at"),
});

export const oauthPassing = kernel.table(
  "oauth_passing",
  {
    kind: text("kind").notNull(),
    idHash: bytea("id_hash").notNull(),
    payload: jsonb("payload").$type<Payload>().notNull(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.idHash] })],
);
