import type { Database } from "@mindmesh/kernel/db";
import type { Secrets } from "@mindmesh/kernel/secrets";
import { and, eq, isNotNull } from "drizzle-orm";
import { connections } from "../schema.ts";
import { secretContext } from "./open-session.ts";

/**
 * Encrypts again what an older SECRET_KEY encrypted, after which the old one can be thrown away. Returns how many.
 * @throws UndecipherableSecret when a key is missing that is still needed
 */
export async function reencryptConnections(db: Database, secrets: Secrets): Promise<number> {
  return db.system(async (tx) => {
    const rows = await tx
      .select({ workspaceId: connections.workspaceId, id: connections.id, secret: connections.secret })
      .from(connections)
      .where(isNotNull(connections.secret))
      .for("update");
    let count = 0;
    for (const { workspaceId, id, secret } of rows) {
      if (secret === null || !secrets.isOutdated(secret)) continue;
      const text = secrets.decrypt(secret, secretContext(id));
      await tx
        .update(connections)
        .set({ secret: secrets.encrypt(text, secretContext(id)) })
        .where(and(eq(connections.workspaceId, workspaceId), eq(connections.id, id)));
      count += 1;
    }
    return count;
  });
}
