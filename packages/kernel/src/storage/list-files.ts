import type { StoredFile } from "@mindmesh/contracts/files";
import { and, desc, eq, ilike, lt } from "drizzle-orm";
import { containing, type Database } from "../db/index.ts";
import { type MemberCaller, tenantOf } from "../http/index.ts";
import { files } from "./schema.ts";
import { toStoredFile } from "./stored-file.ts";
import { wholeIn } from "./whole-files.ts";

/** The caller's own files, newest first; with `name`, those whose name holds it; with `before`, those older than that one. */
export async function listFiles(
  db: Database,
  caller: MemberCaller,
  ask: { name?: string | undefined; before?: string | undefined; limit: number },
): Promise<StoredFile[]> {
  const rows = await db.withWorkspace(tenantOf(caller), (tx) =>
    tx
      .select()
      .from(files)
      .where(
        and(
          wholeIn(caller.workspaceId),
          eq(files.ownerId, caller.personId),
          eq(files.internal, false),
          ask.before === undefined ? undefined : lt(files.id, ask.before),
          ask.name === undefined ? undefined : ilike(files.name, containing(ask.name)),
        ),
      )
      .orderBy(desc(files.id))
      .limit(ask.limit),
  );
  return rows.map(toStoredFile);
}
