import { z } from "zod";
import type { Database } from "../db/index.ts";
import { type Job, defineJob } from "../jobs/index.ts";

const statements = [
  `DELETE FROM kernel.oauth_passing WHERE expires_at < now()`,
  `DELETE FROM kernel.oauth_tokens WHERE expires_at < now()`,
  // Nothing is left with which the program could come back.
  `DELETE FROM kernel.oauth_grants g WHERE g.expires_at < now() OR (g.created_at < now() - interval '1 hour'
     AND NOT EXISTS (SELECT FROM kernel.oauth_tokens t WHERE t.grant_id = g.id))`,
  // Anybody may register a client; one that nobody let in is not kept for long.
  `DELETE FROM kernel.oauth_clients c
   WHERE c.last_used_at < now() - CASE WHEN c.last_used_at = c.created_at THEN interval '1 day' ELSE interval '30 days' END
     AND NOT EXISTS (SELECT FROM kernel.oauth_grants g WHERE g.client_id = c.id)`,
];

/** Removes what has run out. */
export async function sweepOAuth(db: Database): Promise<void> {
  for (const statement of statements) await db.pool.query(statement);
}

/** The background work about connected programs: the daily sweep. */
export function oauthJobs(db: Database): Job[] {
  return [
    defineJob({
      name: "oauth.sweep",
      payload: z.object({}),
      queue: "low",
      schedule: { cron: "37 3 * * *", payload: {} },
      handler: () => sweepOAuth(db),
    }),
  ];
}
