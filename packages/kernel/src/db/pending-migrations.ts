import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Database } from "./database.ts";
import type { MigrationOwner } from "./migrate.ts";

/** Names of an owner's migrations, in their order. */
export async function migrationNames(owner: MigrationOwner): Promise<string[]> {
  const files = await readdir(fileURLToPath(owner.folder));
  return files
    .filter((file) => file.endsWith(".sql"))
    .map((file) => file.slice(0, -".sql".length))
    .toSorted();
}

/** Names of the migrations that a schema has had, in their order; none where it does not exist. */
export async function appliedMigrations(pool: Pick<Database["pool"], "query">, schema: string): Promise<string[]> {
  const { rows: found } = await pool.query<{ there: boolean }>("SELECT to_regclass($1) IS NOT NULL AS there", [
    `"${schema}".migrations`,
  ]);
  if (!found[0]?.there) return [];
  const { rows } = await pool.query<{ name: string }>(`SELECT name FROM "${schema}".migrations ORDER BY run_on, id`);
  return rows.map(({ name }) => name);
}

/**
 * Migrations of this program that the database has not had, as `schema/name`. What a newer program has added besides
 * is no trouble: migrations only add, so that two versions can run side by side.
 */
export async function pendingMigrations(db: Pick<Database, "pool">, owners: MigrationOwner[]): Promise<string[]> {
  const pending = await Promise.all(
    owners.map(async (owner) => {
      const applied = new Set(await appliedMigrations(db.pool, owner.schema));
      const names = await migrationNames(owner);
      return names.filter((name) => !applied.has(name)).map((name) => `${owner.schema}/${name}`);
    }),
  );
  return pending.flat();
}

/** @throws Error naming the migrations that are missing */
export async function checkMigrations(db: Pick<Database, "pool">, owners: MigrationOwner[]): Promise<void> {
  const pending = await pendingMigrations(db, owners);
  if (pending.length > 0) throw new Error(`these migrations have not run: ${pending.join(", ")}`);
}
