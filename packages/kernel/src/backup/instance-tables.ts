import type { ClientBase } from "pg";

export interface Table {
  schema: string;
  name: string;
  /** Those that are stored; generated ones are computed again. */
  columns: string[];
  /** Size on disk in bytes. */
  bytes: number;
}

/** The job library's schema; it makes and upgrades it by itself. */
export const jobSchema = "pgboss";

/** Of the job library's tables these hold jobs; the others are its version, statistics and housekeeping. */
const jobTables = new Set(["queue", "job", "job_dependency", "schedule", "subscription"]);

/**
 * Not part of a backup: which processes run, which migrations ran (these run again), and the event log, which only
 * serves devices that were away: after a restore all of them load everything anew; and answers that are only kept for a
 * day to be given again.
 */
const left = new Set(["kernel.servers", "kernel.events", "kernel.cached_answers", "kernel.cached_questions"]);

/** The tables whose rows make up an instance, in a fixed order. */
export async function instanceTables(client: ClientBase, schemas: string[]): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT n.nspname AS schema, c.relname AS name, pg_total_relation_size(c.oid)::float8 AS bytes,
            array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '') AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE n.nspname = ANY($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     GROUP BY n.nspname, c.oid, c.relname ORDER BY n.nspname, c.relname`,
    [[...schemas, jobSchema]],
  );
  return rows.filter(({ schema, name }) => {
    if (schema === jobSchema) return jobTables.has(name);
    return name !== "migrations" && !left.has(`${schema}.${name}`);
  });
}

export interface Sequence {
  schema: string;
  name: string;
  value: string;
  called: boolean;
}

/** Where the counters of the schemas stand; those of the migration tables apart. */
export async function readSequences(client: ClientBase, schemas: string[]): Promise<Sequence[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY($1) AND c.relkind = 'S' AND c.relname <> 'migrations_id_seq' ORDER BY 1, 2`,
    [schemas],
  );
  const sequences: Sequence[] = [];
  for (const { schema, name } of rows) {
    const { rows: state } = await client.query<{ value: string; called: boolean }>(
      `SELECT last_value::text AS value, is_called AS called FROM ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`,
    );
    if (state[0]) sequences.push({ schema, name, ...state[0] });
  }
  return sequences;
}

/** `"schema"."name"` for use in SQL. */
export function quoted(client: ClientBase, table: { schema: string; name: string }): string {
  return `${client.escapeIdentifier(table.schema)}.${client.escapeIdentifier(table.name)}`;
}
