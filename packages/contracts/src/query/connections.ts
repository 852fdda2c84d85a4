import { z } from "zod";
import { id, line, moment, prose, workspaceParams } from "../fields.ts";
import { type Role, role } from "../permissions.ts";
import { defineRoute } from "../route.ts";
import { engineKind } from "./engine.ts";
import { connectionStage, ingestion } from "./ingestion.ts";

/** `off`: plain; `prefer`: TLS if the server has it; `require`: TLS, any certificate; `verify`: certificate and name are checked. */
export const tlsModes = ["off", "prefer", "require", "verify"] as const;
export const tlsMode = z.enum(tlsModes);

export const sshSettings = z.object({
  host: line(255),
  port: z.int().min(1).max(65_535).default(22),
  user: line(200),
  /**
   * SHA-256 of the host's key as OpenSSH writes it (`SHA256:…`). Null: nobody has confirmed one yet; opening then ends before
   * the login and tells the key that the host shows.
   */
  hostKey: prose(200).nullable().default(null),
});

/** Where a database on the network is. */
export const networkSettings = z.object({
  host: line(255),
  port: z.int().min(1).max(65_535),
  database: line(200, 0),
  user: line(200, 0),
  tls: tlsMode.default("prefer"),
  /** PEM; null: the certificates that the system trusts. */
  certificateAuthority: prose(100_000).nullable().default(null),
  ssh: sshSettings.nullable().default(null),
});
export type NetworkSettings = z.infer<typeof networkSettings>;

/** The same as it is given back: what a person entered was trimmed then. */
const keptNetwork = networkSettings.extend({
  host: z.string(),
  database: z.string(),
  user: z.string(),
  tls: tlsMode,
  certificateAuthority: z.string().nullable(),
  ssh: z.object({ host: z.string(), port: z.int(), user: z.string(), hostKey: z.string().nullable() }).nullable(),
});

/** One uploaded file behind a connection of `sqlite` or `duckdb`. CSV, Parquet and XLSX become tables of the given name. */
export const dataFile = z.object({
  fileId: id,
  name: z.string(),
  format: z.enum(["sqlite", "duckdb", "csv", "parquet", "xlsx"]),
  bytes: z.int(),
  /** The table that a CSV, Parquet or XLSX file becomes. */
  table: z.string().nullable(),
});
export type DataFile = z.infer<typeof dataFile>;

export const fileSettings = z.object({ files: z.array(dataFile).min(1).max(100) });
export type FileSettings = z.infer<typeof fileSettings>;

/** What may go to a model, each given for itself; all off until an admin gives it. */
export const consents = z.object({
  /** Names of tables and columns, comments, keys. */
  names: z.boolean(),
  /** Counts, shares of NULL, numbers of different values. */
  statistics: z.boolean(),
  /** Values from the rows themselves. */
  samples: z.boolean(),
});
export type Consents = z.infer<typeof consents>;

/** Tables and columns that nobody sees here: not in the schema, not in completion, not by a statement, not by a model. */
export const hiddenObject = z.object({
  schema: prose(200),
  table: prose(200),
  /** Null: the whole table. */
  column: prose(200).nullable(),
});
export type HiddenObject = z.infer<typeof hiddenObject>;

export const statementLimits = z.object({
  /** Seconds that one statement may take. */
  seconds: z.int().min(1).max(600),
  /** Rows that reach the page. */
  rows: z.int().min(1).max(1_000_000),
  /** Bytes that reach the page. */
  bytes: z
    .int()
    .min(100_000)
    .max(500 * 1024 * 1024),
  /** The planner's estimate above which a statement is refused, in its own cost units; null: no cap. */
  cost: z.number().positive().nullable(),
});
export type StatementLimits = z.infer<typeof statementLimits>;

export const usualLimits: StatementLimits = { seconds: 30, rows: 100_000, bytes: 50 * 1024 * 1024, cost: 100_000_000 };

/** Roles that a connection can be opened to; owners and admins may use all of them, viewers none. */
export const openableRoles = ["developer", "analyst", "member"] as const satisfies readonly Role[];

const label = line(40).nullable();

export const connection = z.object({
  id,
  name: z.string(),
  engine: engineKind,
  /** Null for files; never a secret. */
  network: keptNetwork.nullable(),
  files: z.array(dataFile),
  hasPassword: z.boolean(),
  /** A password or private key of the SSH host is kept. */
  hasSshSecret: z.boolean(),
  /** An owner of the server has allowed an address inside the private network. */
  privateAllowed: z.boolean(),
  readOnly: z.boolean(),
  /** Who may use it beside owners and admins. */
  roles: z.array(role),
  consents,
  hidden: z.array(hiddenObject),
  limits: statementLimits,
  /** A word such as `production`, shown wherever it is used. */
  label: z.string().nullable(),
  /** When its schema was last read; null: never. */
  ingestedAt: moment.nullable(),
  /** The last reading of its schema, also one that is under way or failed. */
  ingestion: ingestion.nullable(),
  version: z.int(),
  createdAt: moment,
  updatedAt: moment,
});
export type Connection = z.infer<typeof connection>;

/** What is kept encrypted, as a person enters it: what is missing stays as it is, null is removed. */
export const secretInput = z.object({
  password: z.string().max(10_000).nullable().optional(),
  sshPassword: z.string().max(10_000).nullable().optional(),
  /** As OpenSSH or PEM writes it. */
  sshPrivateKey: z.string().max(50_000).nullable().optional(),
  sshPassphrase: z.string().max(10_000).nullable().optional(),
});
export type SecretInput = z.infer<typeof secretInput>;

/** Where a database is and how to get in: what a test needs. */
export const connectionPlace = z.object({
  engine: engineKind,
  /** For the engines on the network. */
  network: networkSettings.nullable().default(null),
  /** For `sqlite` and `duckdb`: what `uploadDataFile` gave, with the table that a CSV, Parquet or XLSX file becomes. */
  files: z
    .array(z.object({ fileId: id, table: line(63).nullable().default(null) }))
    .max(100)
    .default([]),
  secret: secretInput.default({}),
  /** The address is in the private network; only an owner of the server may say so. */
  privateAllowed: z.boolean().default(false),
});
export type ConnectionPlace = z.infer<typeof connectionPlace>;

const settings = {
  name: line(100),
  label,
  readOnly: z.boolean(),
  roles: z.array(z.enum(openableRoles)).max(openableRoles.length),
  consents,
  hidden: z.array(hiddenObject).max(10_000),
  limits: statementLimits,
};

export const newConnection = connectionPlace.extend({
  name: settings.name,
  label: settings.label.default(null),
  roles: settings.roles.default(["developer", "analyst"]),
});
export type NewConnection = z.infer<typeof newConnection>;

export const connectionChange = z.object({
  /** As it was read; another one since then is a conflict. */
  version: z.int(),
  ...z.object(settings).partial().shape,
  network: networkSettings.optional(),
  files: connectionPlace.shape.files.unwrap().min(1).optional(),
  secret: secretInput.optional(),
  privateAllowed: z.boolean().optional(),
});
export type ConnectionChange = z.infer<typeof connectionChange>;

/** What a login may do, and what a careful admin should know of it. */
export const loginReport = z.object({
  serverVersion: z.string(),
  user: z.string(),
  database: z.string(),
  encrypted: z.boolean(),
  /** Such as: the login is a superuser, owns tables, may write. Empty when all is well. */
  warnings: z.array(z.string()),
  /** Statements by which an admin of the database makes a login with no more rights than needed; null where there is none. */
  leastPrivilegeScript: z.string().nullable(),
});
export type LoginReport = z.infer<typeof loginReport>;

export const connectionTest = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    /** In their order. */
    passed: z.array(connectionStage),
    report: loginReport,
  }),
  z.object({
    ok: z.literal(false),
    passed: z.array(connectionStage),
    stage: connectionStage,
    /** What is wrong and what to do. */
    message: z.string(),
    /** The field that it is about, such as `network.host`. */
    field: z.string().nullable(),
    /** What the SSH host showed as its key, when nobody has confirmed one yet or it is another one. */
    hostKey: z.string().nullable(),
  }),
]);
export type ConnectionTest = z.infer<typeof connectionTest>;

/** Largest data file in bytes. */
export const maxDataFileBytes = 2 * 1024 ** 3;

/** By which a page knows the stages of its own test (`query.connection.tested`); null: it does not want to be told. */
const testId = id.nullable().default(null);

const place = "/api/workspaces/:workspaceId/query/connections";
const route = { tag: "Query", audience: "member" } as const;
export const connectionParams = workspaceParams.extend({ connectionId: id });

export const connectionRoutes = {
  listConnections: defineRoute({
    ...route,
    method: "GET",
    path: place,
    summary: "The database connections that you may use, by name",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(connection) }),
  }),
  createConnection: defineRoute({
    ...route,
    method: "POST",
    path: place,
    summary: "Connect a database; read-only, with nothing allowed to models, and its schema is read at once",
    scope: "admin",
    params: workspaceParams,
    body: newConnection,
    response: connection,
    status: 201,
  }),
  testPlace: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/test`,
    summary: "Try to open a database with settings that are not stored",
    scope: "admin",
    limit: "sensitive",
    params: workspaceParams,
    /** With `connectionId` the secrets that it keeps stand in for those that are not given. */
    body: connectionPlace.extend({ connectionId: id.nullable().default(null), testId }),
    response: connectionTest,
  }),
  testConnection: defineRoute({
    ...route,
    method: "POST",
    path: `${place}/:connectionId/test`,
    summary: "Try to open a connection as it is stored",
    scope: "write",
    limit: "sensitive",
    params: connectionParams,
    body: z.object({ testId }).default({ testId: null }),
    response: connectionTest,
  }),
  changeConnection: defineRoute({
    ...route,
    method: "PATCH",
    path: `${place}/:connectionId`,
    summary: "Change a connection; what is not named stays",
    scope: "admin",
    params: connectionParams,
    body: connectionChange,
    response: connection,
    bodyLimit: 4 * 1024 * 1024,
  }),
  deleteConnection: defineRoute({
    ...route,
    method: "DELETE",
    path: `${place}/:connectionId`,
    summary: "Delete a connection with everything that is kept of it; the database itself is not touched",
    scope: "admin",
    params: connectionParams,
    response: "none",
  }),
  uploadDataFile: defineRoute({
    ...route,
    method: "POST",
    path: "/api/workspaces/:workspaceId/query/data-files",
    summary:
      "Upload a SQLite, DuckDB, CSV, Parquet or XLSX file for a connection; one that is not used goes after a day",
    scope: "admin",
    params: workspaceParams,
    query: z.object({ name: z.string().min(1, "Must not be empty.").max(1000, "Must have at most 1,000 characters.") }),
    body: "raw",
    response: dataFile,
    status: 201,
  }),
} as const;

/** Logged events. They name no table and no error: not everybody in the workspace may use every connection. */
export const connectionEvents = {
  /** Made, changed or gone, or its reading has another state. */
  "query.connections.changed": z.object({ connectionId: id }),
  /** A newer schema is stored, or inferred keys were decided. */
  "query.schema.changed": z.object({ connectionId: id }),
  /** A test of a connection has passed a stage; told to the person who tests. The answer of the test says how it ended. */
  "query.connection.tested": z.object({ testId: id, stage: connectionStage }),
} as const;
