import { once } from "node:events";
import { finished } from "node:stream/promises";
import type { ClientBase } from "pg";
import { type CopyStreamQuery, from as copyFrom } from "pg-copy-streams";
import { BackupError } from "./backup-error.ts";
import { type Sequence, type Table, instanceTables, quoted } from "./instance-tables.ts";
import type { Manifest } from "./manifest.ts";

export interface TableLoader {
  /** Writes a part of a table; the parts of one table follow each other. */
  write(table: string, content: AsyncIterable<Buffer>): Promise<void>;
  /** Ends the last table, brings back the foreign keys and compares the numbers of rows. */
  finish(rows: Record<string, number>): Promise<void>;
}

/**
 * Fills the tables that were just made, within the caller's transaction. Foreign keys are taken away and checked as a
 * whole at the end, so that the order of rows and tables does not matter; triggers do not run.
 */
export async function loadTables(
  client: ClientBase,
  schemas: string[],
  wanted: Manifest["tables"],
): Promise<TableLoader> {
  const present = await instanceTables(client, schemas);
  const tables = new Map(wanted.map((table) => [`${table.schema}.${table.name}`, targetOf(table, present)]));
  const foreignKeys = await takeForeignKeys(client, present);
  for (const table of present) {
    await client.query(`ALTER TABLE ${quoted(client, table)} DISABLE TRIGGER USER`);
  }
  // Migrations may have put rows in.
  await client.query(`TRUNCATE ${present.map((table) => quoted(client, table)).join(", ")}`);

  const loaded: Record<string, number> = {};
  let current: { name: string; stream: CopyStreamQuery; failure: Promise<never> } | undefined;

  function begin(name: string) {
    const table = tables.get(name);
    if (!table) throw new BackupError(`the table ${name} is not described`);
    const columns = table.columns.map((column) => client.escapeIdentifier(column)).join(", ");
    const stream = client.query(copyFrom(`COPY ${quoted(client, table)} (${columns}) FROM STDIN`));
    const failure = once(stream, "error").then(([error]) => {
      throw error as Error;
    });
    failure.catch(() => undefined);
    return { name, stream, failure };
  }

  async function end(): Promise<void> {
    if (!current) return;
    const { name, stream } = current;
    current = undefined;
    stream.end();
    await finished(stream);
    loaded[name] = stream.rowCount;
  }

  return {
    async write(name, content) {
      if (current?.name !== name) {
        await end();
        current = begin(name);
      }
      const { stream, failure } = current;
      for await (const chunk of content) {
        if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), failure]);
      }
    },
    async finish(rows) {
      await end();
      for (const [name, count] of Object.entries(rows)) {
        if ((loaded[name] ?? 0) !== count) {
          throw new BackupError(`${name} has ${loaded[name] ?? 0} rows after the restore, ${count} in the backup.`);
        }
      }
      for (const table of present) {
        await client.query(`ALTER TABLE ${quoted(client, table)} ENABLE TRIGGER USER`);
      }
      for (const statement of foreignKeys) await client.query(statement);
    },
  };
}

/**
 * The table that takes the rows, by the columns that the backup has. The job library's tables are of this program's
 * version of it: columns that it has added since keep their defaults.
 */
function targetOf(wanted: Manifest["tables"][number], present: Table[]): Table {
  const table = present.find(({ schema, name }) => schema === wanted.schema && name === wanted.name);
  if (!table) throw new BackupError(`This Mindmesh has no table ${wanted.schema}.${wanted.name}. Update it first.`);
  const missing = wanted.columns.filter((column) => !table.columns.includes(column));
  if (missing.length > 0) {
    throw new BackupError(
      `This Mindmesh has no column ${missing.join(", ")} in ${wanted.schema}.${wanted.name}. Update it first.`,
    );
  }
  return { ...table, columns: wanted.columns };
}

/** Drops the foreign keys of the tables; returns the statements that bring them back. */
async function takeForeignKeys(client: ClientBase, tables: Table[]): Promise<string[]> {
  const { rows } = await client.query<{ relation: string; name: string; definition: string }>(
    `SELECT conrelid::regclass::text AS relation, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
     FROM pg_constraint
     WHERE contype = 'f' AND conparentid = 0 AND connamespace = ANY($1::text[]::regnamespace[]) ORDER BY 1, 2`,
    [[...new Set(tables.map(({ schema }) => schema))]],
  );
  for (const { relation, name } of rows) await client.query(`ALTER TABLE ${relation} DROP CONSTRAINT ${name}`);
  return rows.map(({ relation, name, definition }) => `ALTER TABLE ${relation} ADD CONSTRAINT ${name} ${definition}`);
}

/** Lets every counter go on where it stood. */
export async function setSequences(client: ClientBase, sequences: Sequence[]): Promise<void> {
  for (const sequence of sequences) {
    await client.query("SELECT setval($1::regclass, $2, $3)", [
      quoted(client, sequence),
      sequence.value,
      sequence.called,
    ]);
  }
}
