import type { Database } from "../db/index.ts";
import type { BlobStore } from "../storage/index.ts";
import { sweepExports } from "./account/export-account.ts";

// Whole statements, so that the list can be read as what it is.
const statements = [
  // Their refresh tokens go with them. A month is kept for the export of an account.
  `DELETE FROM kernel.sessions
   WHERE ended_at < now() - interval '30 days' OR expires_at < now() - interval '30 days'`,
  // Older ones of a living session: none of them could be in a browser any more without the session having ended.
  `DELETE FROM kernel.refresh_tokens WHERE used_at < now() - interval '60 days'`,
  `DELETE FROM kernel.link_tokens WHERE expires_at < now()`,
  `DELETE FROM kernel.failed_attempts WHERE last_at < now() - interval '2 days'`,
  `DELETE FROM kernel.second_factors WHERE confirmed_at IS NULL AND created_at < now() - interval '1 day'`,
  `DELETE FROM kernel.api_keys WHERE expires_at < now() - interval '30 days'`,
  `DELETE FROM kernel.invitations WHERE expires_at < now() - interval '30 days'`,
];

/** Removes what has run out: sessions, links, counts of failures, invitations, exports. */
export async function sweepIdentity(db: Database, blobs: BlobStore): Promise<void> {
  for (const statement of statements) await db.pool.query(statement);
  await sweepExports(db, blobs);
}
