import type { Transaction } from "@mindmesh/kernel/db";
import { and, eq } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { readCatalog } from "../catalog/read-catalog.ts";
import type { GuardKnowledge } from "../guard/guard.ts";
import { type ConnectionRow, catalogs } from "../schema.ts";

/** What the guard knows of a connection's schema costs reading all of it; it is the same until it is read anew. */
const known = new LRUCache<string, GuardKnowledge>({ max: 50 });

/** What the guard is told about a connection beside the text. */
export async function guardKnowledge(tx: Transaction, row: ConnectionRow): Promise<GuardKnowledge> {
  const [head] = await tx
    .select({ takenAt: catalogs.takenAt })
    .from(catalogs)
    .where(and(eq(catalogs.workspaceId, row.workspaceId), eq(catalogs.connectionId, row.id)));
  const key = `${row.id}:${row.version}:${head?.takenAt ?? ""}`;
  const before = known.get(key);
  if (before) return before;
  const stored = head && (await readCatalog(tx, row));
  const knowledge: GuardKnowledge = {
    engine: row.engine,
    hidden: stored?.hidden ?? row.hidden,
    searchPath: stored?.catalog.searchPath ?? [],
    tables: (stored?.catalog.tables ?? []).map(({ schema, name, columns }) => ({
      schema,
      name,
      columns: columns.map((column) => column.name),
    })),
  };
  known.set(key, knowledge);
  return knowledge;
}
