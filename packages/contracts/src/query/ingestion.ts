import { z } from "zod";
import { id, moment } from "../fields.ts";

/** How far opening a connection comes: each stage needs those before it. `time`: given up by the clock. */
export const connectionStages = [
  "address",
  "host",
  "ssh",
  "tls",
  "login",
  "database",
  "rights",
  "file",
  "time",
] as const;
export const connectionStage = z.enum(connectionStages);
export type ConnectionStage = z.infer<typeof connectionStage>;

/** One difference between two readings of a schema. */
export const schemaChange = z.object({
  kind: z.enum(["added", "removed", "changed"]),
  what: z.enum([
    "table",
    "column",
    "primary key",
    "unique key",
    "foreign key",
    "index",
    "check",
    "definition",
    "comment",
    "enumeration",
    "function",
  ]),
  schema: z.string(),
  /** Null for what belongs to no table. */
  table: z.string().nullable(),
  /** Of the column, key, index…; null where it is the table itself. */
  name: z.string().nullable(),
  /** As it was and as it is, in few words; null where there was or is nothing. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type SchemaChange = z.infer<typeof schemaChange>;

/** So many changes are kept of one reading; `changeCount` says how many there were. */
export const mostKeptChanges = 2000;

export const ingestionStates = ["waiting", "running", "done", "failed", "cancelled"] as const;

/** One reading of a database's schema. */
export const ingestion = z.object({
  id,
  state: z.enum(ingestionStates),
  /** `created`: the connection was new; `asked`: somebody wanted it; `stale`: an old one was looked at; `schedule`: once a day. */
  cause: z.enum(["created", "asked", "stale", "schedule"]),
  /** Share done, 0 to 1, and what is being read. */
  progress: z.number().min(0).max(1),
  progressText: z.string().nullable(),
  /** Why it failed, in plain words; the schema that was there before stays. */
  error: z.string().nullable(),
  stage: connectionStage.nullable(),
  /** Tables and views that were read. */
  tables: z.int().nullable(),
  /** Differences to the reading before; null where there was none. */
  changeCount: z.int().nullable(),
  createdAt: moment,
  finishedAt: moment.nullable(),
});
export type Ingestion = z.infer<typeof ingestion>;
