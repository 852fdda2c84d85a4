import { and, eq, inArray, isNotNull, notInArray, sql } from "drizzle-orm";
import type { Database } from "../db/index.ts";
import { liveServerIds } from "../servers/index.ts";
import { moveCall } from "./call-rows.ts";
import { toolCalls } from "./schema.ts";

/**
 * Closes calls that nobody sees to any more: those whose approval came too late, and those that ran on a server that
 * died, of which nobody knows how far they came. What waits goes on waiting, whatever server it was asked on.
 * Returns how many.
 */
export async function sweepToolCalls(db: Database): Promise<number> {
  const alive = await liveServerIds(db);
  const finishedAt = new Date().toISOString();
  return db.system(async (tx) => {
    const expired = await tx
      .select()
      .from(toolCalls)
      .where(and(inArray(toolCalls.state, ["waiting", "approved"]), sql`${toolCalls.expiresAt} <= now()`))
      .limit(500);
    const orphans =
      alive.length === 0
        ? []
        : await tx
            .select()
            .from(toolCalls)
            .where(
              and(eq(toolCalls.state, "running"), isNotNull(toolCalls.serverId), notInArray(toolCalls.serverId, alive)),
            )
            .limit(500);
    for (const row of expired) {
      const error =
        row.state === "approved"
          ? "The call was approved, but nobody came to run it in time."
          : "Nobody approved the call in time.";
      await moveCall(tx, row, ["waiting", "approved"], { state: "expired", error, finishedAt });
    }
    for (const row of orphans) {
      const error = "The server stopped while the call ran. It may or may not have been done.";
      await moveCall(tx, row, ["running"], { state: "lost", error, serverId: null, finishedAt });
    }
    return expired.length + orphans.length;
  });
}
