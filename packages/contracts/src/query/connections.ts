import { z } from "zod";
import { id, line, moment, workspaceParams } from "../fields.ts";
import { role } from "../permissions.ts";
import { defineRoute } from "../route.ts";
import { engineKind } from "./engine.ts";

/** `off`: plain; `prefer`: TLS if the server has it; `require`: TLS, any certificate; `verify`: certificate and name are checked. */
export const tlsModes = ["off", "prefer", "require", "verify"] as const;
export const tlsMode = z.enum(tlsModes);

export const sshSettings = z.object({
  host: line(255),
  port: z.int().min(1).max(65_535).default(22),
  user: line(200),
  /** SHA-256 of the host's key as OpenSSH writes it (`SHA256:…`); null: taken from the first connection and then kept. */
  hostKey: z.string().max(200).nullable().default(null),
});

/** Where a database on the network is. */
export const networkSettings = z.object({
  host: line(255),
  port: z.int().min(1).max(65_535),
  database: line(200, 0),
  user: line(200, 0),
  tls: tlsMode.default("prefer"),
  /** PEM; null: the certificates that the system trusts. */
  certificateAuthority: z.string().max(100_000).nullable().default(null),
  ssh: sshSettings.nullable().default(null),
});
export type NetworkSettings = z.infer<typeof networkSettings>;

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
  schema: z.string().max(200),
  table: z.string().max(200),
  /** Null: the whole table. */
  column: z.string().max(200).nullable(),
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

export const connection = z.object({
  id,
  name: z.string(),
  engine: engineKind,
  /** Null for files; never a secret. */
  network: networkSettings.nullable(),
  files: z.array(dataFile),
  hasPassword: z.boolean(),
  readOnly: z.boolean(),
  /** Who may use it beside owners and admins. */
  roles: z.array(role),
  consents,
  hidden: z.array(hiddenObject),
  limits: statementLimits,
  /** A colour and word such as `production`, shown wherever it is used. */
  label: z.string().nullable(),
  /** When its schema was last read; null: never. */
  ingestedAt: moment.nullable(),
  version: z.int(),
  createdAt: moment,
  updatedAt: moment,
});
export type Connection = z.infer<typeof connection>;

const place = "/api/workspaces/:workspaceId/query/connections";

export const connectionRoutes = {
  listConnections: defineRoute({
    method: "GET",
    path: place,
    summary: "The database connections that you may use, by name",
    tag: "Query",
    audience: "member",
    scope: "read",
    params: workspaceParams,
    response: z.object({ items: z.array(connection) }),
  }),
} as const;
