import type { Database } from "@mindmesh/kernel/db";
import { sql } from "drizzle-orm";

/** The names of people by id, as the owner of the schema: a workspace's role does not see them. */
export async function peopleNames(db: Database, ids: (string | null)[]): Promise<Map<string, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return new Map();
  const { rows } = await db.system((tx) =>
    tx.execute<{ id: string; name: string }>(
      sql`SELECT id, name FROM kernel.people WHERE id IN (${sql.join(
        wanted.map((id) => sql`${id}::uuid`),
        sql`, `,
      )})`,
    ),
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
