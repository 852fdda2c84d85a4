import type {
  Consents,
  DataFile,
  HiddenObject,
  NetworkSettings,
  StatementLimits,
} from "@mindmesh/contracts/query/connections";
import { engineKinds } from "@mindmesh/contracts/query/engine";
import type { Refusal, ResultColumn } from "@mindmesh/contracts/query/engine";
import {
  type StatementFailureShape,
  type StatementParameters,
  statementOrigins,
  statementStates,
} from "@mindmesh/contracts/query/statements";
import type { Role } from "@mindmesh/contracts/permissions";
import { bytea, jsonb, moment } from "@mindmesh/kernel/db";
import { bigint, boolean, doublePrecision, integer, pgSchema, primaryKey, text, uuid } from "drizzle-orm/pg-core";

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

/** Every statement that was asked for: the history, and the head of its result. */
export const statements = query.table(
  "statements",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    personId: uuid("person_id").notNull(),
    origin: text("origin", { enum: statementOrigins }).notNull(),
    sql: text("sql").notNull(),
    parameters: jsonb("parameters").$type<StatementParameters>().notNull().default({}),
    access: text("access", { enum: ["read", "write"] })
      .notNull()
      .default("read"),
    state: text("state", { enum: statementStates }).notNull(),
    columns: jsonb("columns").$type<ResultColumn[]>().notNull().default([]),
    rows: integer("row_count").notNull().default(0),
    bytes: bigint("bytes", { mode: "number" }).notNull().default(0),
    affectedRows: bigint("affected_rows", { mode: "number" }),
    stoppedBy: text("stopped_by", { enum: ["rows", "bytes"] }),
    milliseconds: integer("milliseconds"),
    failure: jsonb("failure").$type<StatementFailureShape>(),
    refusal: jsonb("refusal").$type<Refusal>(),
    notices: jsonb("notices").$type<string[]>().notNull().default([]),
    cacheKey: bytea("cache_key"),
    /** The statement whose rows this one shows, because it was asked for again soon after. */
    resultOf: uuid("result_of"),
    resultUntil: moment("result_until"),
    previewId: uuid("preview_id"),
    /** The server process that runs it; null once it has ended. */
    serverId: uuid("server_id"),
    createdAt: moment("created_at").notNull(),
    finishedAt: moment("finished_at"),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
export type StatementRow = typeof statements.$inferSelect;

/** Rows of a result: gzip of the JSON of a ResultBlock. */
export const resultBlocks = query.table(
  "result_blocks",
  {
    workspaceId: uuid("workspace_id").notNull(),
    statementId: uuid("statement_id").notNull(),
    firstRow: integer("first_row").notNull(),
    rows: integer("row_count").notNull(),
    content: bytea("content").notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.statementId, table.firstRow] })],
);

export const tabs = query.table(
  "tabs",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    personId: uuid("person_id").notNull(),
    title: text("title").notNull(),
    text: text("text").notNull().default(""),
    cursor: integer("cursor").notNull().default(0),
    parameters: jsonb("parameters").$type<StatementParameters>().notNull().default({}),
    results: jsonb("results").$type<string[]>().notNull().default([]),
    savedQueryId: uuid("saved_query_id"),
    position: doublePrecision("position").notNull(),
    version: integer("version").notNull().default(1),
    updatedAt: moment("updated_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);

export const savedQueries = query.table(
  "saved_queries",
  {
    workspaceId: uuid("workspace_id").notNull(),
    id: uuid("id").notNull(),
    connectionId: uuid("connection_id").notNull(),
    ownerId: uuid("owner_id").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    folder: text("folder").notNull().default(""),
    tags: text("tags").array().notNull().default([]),
    shared: boolean("shared").notNull().default(false),
    sql: text("sql").notNull(),
    parameters: jsonb("parameters").$type<StatementParameters>().notNull().default({}),
    version: integer("version").notNull().default(1),
    createdAt: moment("created_at").notNull().$defaultFn(now),
    updatedAt: moment("updated_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
);
export type SavedQueryRow = typeof savedQueries.$inferSelect;

export const savedQueryVersions = query.table(
  "saved_query_versions",
  {
    workspaceId: uuid("workspace_id").notNull(),
    savedQueryId: uuid("saved_query_id").notNull(),
    version: integer("version").notNull(),
    name: text("name").notNull(),
    description: text("description").notNull(),
    sql: text("sql").notNull(),
    parameters: jsonb("parameters").$type<StatementParameters>().notNull(),
    savedBy: uuid("saved_by"),
    savedAt: moment("saved_at").notNull().$defaultFn(now),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.savedQueryId, table.version] })],
);
