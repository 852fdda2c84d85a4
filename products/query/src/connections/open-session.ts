import type { Database } from "@mindmesh/kernel/db";
import type { Outbound } from "@mindmesh/kernel/outbound";
import type { Secrets } from "@mindmesh/kernel/secrets";
import type { BlobStore } from "@mindmesh/kernel/storage";
import { engineOf } from "../engines/engine-of.ts";
import type { ConnectionSecret, Session, Target } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";

export interface SessionDependencies {
  db: Database;
  secrets: Secrets;
  outbound: Pick<Outbound, "guardedConnect">;
  blobs: BlobStore;
}

/** What a connection's secret is bound to. */
export const secretContext = (connectionId: string) => `query.connections:${connectionId}`;

/** Opens a login to a connection's database. The caller has been asked for their rights before. @throws ConnectionFailure */
export async function openSession(
  { secrets, outbound }: SessionDependencies,
  row: ConnectionRow,
  signal: AbortSignal,
): Promise<Session> {
  const engine = await engineOf(row.engine);
  const secret: ConnectionSecret =
    row.secret === null
      ? { password: "", ssh: null }
      : (JSON.parse(secrets.decrypt(row.secret, secretContext(row.id))) as ConnectionSecret);
  if (row.network === null) throw new Error("files are not opened yet");
  const target = { engine: row.engine, settings: row.network, secret } as Target;
  return engine.open(target, { connect: outbound.guardedConnect, signal });
}
