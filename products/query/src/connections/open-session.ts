import type { Config } from "@mindmesh/kernel/config";
import type { Database } from "@mindmesh/kernel/db";
import type { Outbound } from "@mindmesh/kernel/outbound";
import type { Secrets } from "@mindmesh/kernel/secrets";
import type { BlobStore } from "@mindmesh/kernel/storage";
import { engineOf } from "../engines/engine-of.ts";
import type { ConnectionSecret, Session, Target, Way } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";
import { fileTarget } from "./file-target.ts";

export interface SessionDependencies {
  db: Database;
  secrets: Secrets;
  outbound: Pick<Outbound, "guardedConnect">;
  blobs: BlobStore;
  /** Where copies of files lie while they are used. */
  config: Pick<Config, "dataDirectory">;
}

/** What a connection's secret is bound to. */
export const secretContext = (connectionId: string) => `query.connections:${connectionId}`;

/** Opens a login to a connection's database. The caller has been asked for their rights before. @throws ConnectionFailure */
export async function openSession(
  dependencies: SessionDependencies,
  row: ConnectionRow,
  signal: AbortSignal,
): Promise<Session> {
  const { secrets, outbound } = dependencies;
  const engine = await engineOf(row.engine);
  const allowPrivate = row.privateAllowed;
  const way: Way = { connect: (host, port) => outbound.guardedConnect(host, port, { allowPrivate }), signal };
  if (row.network === null) {
    const target = await fileTarget(dependencies, row);
    try {
      return await engine.open(target, way);
    } catch (error) {
      await target.release();
      throw error;
    }
  }
  const secret: ConnectionSecret =
    row.secret === null
      ? { password: "", ssh: null }
      : (JSON.parse(secrets.decrypt(row.secret, secretContext(row.id))) as ConnectionSecret);
  return engine.open({ engine: row.engine, settings: row.network, secret } as Target, way);
}
