import { sql } from "drizzle-orm";
import type { Database } from "../../db/index.ts";

/** Names of people and API keys of a workspace by their ids; who is gone is not in it. */
export interface Names {
  people: Map<string, string>;
  apiKeys: Map<string, string>;
}

/** Reads names as the owner of the schema: a workspace's role cannot read people. */
export async function readNames(
  db: Database,
  workspaceId: string,
  ids: { people: string[]; apiKeys: string[] },
): Promise<Names> {
  if (ids.people.length + ids.apiKeys.length === 0) return { people: new Map(), apiKeys: new Map() };
  const { rows } = await db.system((tx) =>
    tx.execute<{ kind: "people" | "apiKeys"; id: string; name: string }>(sql`
      SELECT 'people' AS kind, id, name FROM kernel.people WHERE id = ANY(${sql.param(ids.people)}::uuid[])
      UNION ALL
      SELECT 'apiKeys', id, name FROM kernel.api_keys
      WHERE workspace_id = ${workspaceId} AND id = ANY(${sql.param(ids.apiKeys)}::uuid[])`),
  );
  const of = (kind: keyof Names) => new Map(rows.filter((row) => row.kind === kind).map(({ id, name }) => [id, name]));
  return { people: of("people"), apiKeys: of("apiKeys") };
}
