import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";

/** One owner of tables: a PostgreSQL schema and the folder of its SQL migrations. */
export interface MigrationOwner {
  schema: string;
  folder: URL;
}

export const kernelMigrations: MigrationOwner = {
  schema: "kernel",
  folder: new URL("../../migrations/", import.meta.url),
};

/**
 * Brings the schemas up to date, each owner in its own transaction. Two servers that start at once wait for each
 * other (advisory lock). Returns the names of the migrations that ran.
 * @throws when the role `mindmesh_app` is missing and cannot be created, or a migration fails (nothing of it stays)
 */
export async function migrate(databaseUrl: string, owners: MigrationOwner[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: "mindmesh-migrate" });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtext('mindmesh.migrate'))");
    await ensureRole(client);
    const ran: string[] = [];
    for (const owner of owners) {
      const folder = fileURLToPath(owner.folder);
      if ((await readdir(folder)).length === 0) continue;
      const done = await runner({
        dbClient: client,
        dir: folder,
        direction: "up",
        schema: ["public"],
        migrationsSchema: owner.schema,
        migrationsTable: "migrations",
        createMigrationsSchema: true,
        noLock: true,
        // Each part of the kernel numbers its own hundred: 0101 may come to a server that has 0401 already.
        checkOrder: false,
        log: () => undefined,
      });
      ran.push(...done.map((migration) => `${owner.schema}/${migration.name}`));
    }
    return ran;
  } finally {
    await client.end();
  }
}

/** Makes the role of tenants, and this user one of its members. @throws with the statements to run when it may not */
export async function ensureRole(client: pg.Client): Promise<void> {
  const found = await client.query<{ member: boolean }>(
    "SELECT pg_has_role(current_user, oid, 'MEMBER') AS member FROM pg_roles WHERE rolname = 'mindmesh_app'",
  );
  if (found.rows[0]?.member) return;
  try {
    if (found.rows.length === 0) await client.query("CREATE ROLE mindmesh_app NOLOGIN NOBYPASSRLS");
    await client.query("GRANT mindmesh_app TO CURRENT_USER");
  } catch (cause) {
    const code = (cause as { code?: string }).code;
    // Another database of the same cluster made it in the meantime.
    if (code === "42710" || code === "23505") return ensureRole(client);
    if (code !== "42501") throw cause;
    throw new Error(
      "The database user may not create roles. Run once as a superuser:\n" +
        "  CREATE ROLE mindmesh_app NOLOGIN NOBYPASSRLS;\n  GRANT mindmesh_app TO <the user of DATABASE_URL>;",
      { cause },
    );
  }
}
