import type {
  Consents,
  DataFile,
  HiddenObject,
  NetworkSettings,
  StatementLimits,
} from "@mindmesh/contracts/query/connections";
import { engineKinds } from "@mindmesh/contracts/query/engine";
import type { Role } from "@mindmesh/contracts/permissions";
import { bytea, moment } from "@mindmesh/kernel/db";
import { boolean, integer, jsonb, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";

export const query = pgSchema("query");
const now = () => new Date().toISOString();

export const connections = query.table(
  "connections",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    name: text("name").notNull(),
    engine: text("engine", { enum: engineKinds }).notNull(),
    network: jsonb("network").$type<NetworkSettings>(),
    files: jsonb("files").$type<DataFile[]>().notNull().default([]),
    /** An envelope around the JSON of a ConnectionSecret; its context is `query.connections:<id>`. */
    secret: bytea("secret"),
    hasPassword: boolean("has_password").notNull().default(false),
    hasSshSecret: boolean("has_ssh_secret").notNull().default(false),
    /** An owner of the server has allowed an address inside the private network for this connection. */
    privateAllowed: boolean("private_allowed").notNull().default(false),
    readOnly: boolean("read_only").notNull().default(true),
    roles: text("roles").array().$type<Role[]>().notNull().default(["developer", "analyst"]),
    consents: jsonb("consents").$type<Consents>().notNull(),
    hidden: jsonb("hidden").$type<HiddenObject[]>().notNull().default([]),
    limits: jsonb("limits").$type<StatementLimits>().notNull(),
    label: text("label"),
    ingestedAt: moment("ingested_at"),
    createdBy: uuid("created_by"),
    version: integer("version").notNull().default(1),
    createdAt: moment("created_at").notNull().$defaultFn(now),
    updatedAt: moment("updated_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export type ConnectionRow = typeof connections.$inferSelect;

/** The catalogue of a connection as it was read last, a row for each table. */
export const catalogTables = query.table(
  "catalog_tables",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    schema: text("schema").notNull(),
    name: text("name").notNull(),
    content: jsonb("content").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.connectionId, table.schema, table.name] })],
);

/** What of a catalogue belongs to no table: version, search path, enumerations, functions, gaps. */
export const catalogs = query.table(
  "catalogs",
  {
    workspaceId: uuid("workspace_id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    content: jsonb("content").notNull(),
    takenAt: moment("taken_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.connectionId] })],
);
