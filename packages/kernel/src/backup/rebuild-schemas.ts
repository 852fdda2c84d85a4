import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import type { ClientBase } from "pg";
import { getConstructionPlans } from "pg-boss";
import { type MigrationOwner, migrationNames } from "../db/index.ts";
import { BackupError } from "./backup-error.ts";
import { jobSchema } from "./instance-tables.ts";

/**
 * Compares the migrations that a backup's database had with those of this program.
 * @throws BackupError when the backup knows some that this program does not
 */
export async function checkMigrationsKnown(
  wanted: Record<string, string[]>,
  owners: MigrationOwner[],
  program: string,
): Promise<void> {
  const unknown: string[] = [];
  for (const [schema, names] of Object.entries(wanted)) {
    const owner = owners.find((each) => each.schema === schema);
    const known = owner === undefined ? [] : await migrationNames(owner);
    // In the same order too: what comes later is run after the rows are back.
    unknown.push(...names.filter((name, index) => known[index] !== name).map((name) => `${schema}/${name}`));
  }
  if (unknown.length > 0) {
    throw new BackupError(
      `This backup was made by another Mindmesh (${program}), with tables that this one does not know ` +
        `(${unknown.join(", ")}). Update Mindmesh first.`,
    );
  }
}

/** Drops all that Mindmesh has in the database, within the caller's transaction. */
export async function dropSchemas(client: ClientBase, owners: MigrationOwner[]): Promise<void> {
  const schemas = [...owners.map(({ schema }) => schema), jobSchema];
  await client.query(
    `DROP SCHEMA IF EXISTS ${schemas.map((schema) => client.escapeIdentifier(schema)).join(", ")} CASCADE`,
  );
}

/** Makes the tables, empty, as they were after the migrations that are named, within the caller's transaction. */
export async function buildSchemas(
  client: ClientBase,
  owners: MigrationOwner[],
  wanted: Record<string, string[]>,
): Promise<void> {
  for (const owner of owners) await migrateWithin(client, owner, (wanted[owner.schema] ?? []).length);
  // The library's own text, without its transaction.
  const plan = getConstructionPlans(jobSchema)
    .replace(/^\s*BEGIN;/, "")
    .replace(/COMMIT;\s*$/, "");
  await client.query(plan);
  await client.query("SET LOCAL lock_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
}

/** Runs what this program has beyond the backup. */
export async function completeSchemas(client: ClientBase, owners: MigrationOwner[]): Promise<void> {
  for (const owner of owners) await migrateWithin(client, owner, Number.POSITIVE_INFINITY);
}

async function migrateWithin(client: ClientBase, owner: MigrationOwner, count: number): Promise<void> {
  if (count === 0) return;
  await runner({
    // Each migration would be a transaction of its own; here all of them are part of one.
    dbClient: {
      query: (...[text, values]: [string, unknown[] | undefined]) =>
        /^(BEGIN|COMMIT);?$/.test(text) ? Promise.resolve({ rows: [] }) : client.query(text, values),
    } as unknown as ClientBase,
    dir: fileURLToPath(owner.folder),
    direction: "up",
    count,
    schema: ["public"],
    migrationsSchema: owner.schema,
    migrationsTable: "migrations",
    createMigrationsSchema: true,
    noLock: true,
    log: () => undefined,
  });
}
