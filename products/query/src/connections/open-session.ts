import type { Config } from "@mindmesh/kernel/config";
import type { Database } from "@mindmesh/kernel/db";
import type { Outbound } from "@mindmesh/kernel/outbound";
import type { Secrets } from "@mindmesh/kernel/secrets";
import type { BlobStore } from "@mindmesh/kernel/storage";
import { engineOf } from "../engines/engine-of.ts";
import type { ConnectionSecret, NetworkTarget, Session, Way } from "../engines/engine.ts";
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

/**
 * How a connection's database is reached, and what logs in there. The caller has been asked for their rights before.
 * @param passed is told how far opening has come
 */
export function networkTarget(
  { secrets, outbound }: Pick<SessionDependencies, "secrets" | "outbound">,
  { id, engine, network, secret, privateAllowed }: ConnectionRow,
  signal: AbortSignal,
  passed: Way["passed"] = () => undefined,
): { target: NetworkTarget; way: Way } {
  if (network === null || engine === "sqlite" || engine === "duckdb") throw new Error("a file has no address");
  const entered: ConnectionSecret =
    secret === null
      ? { password: "", ssh: null }
      : (JSON.parse(secrets.decrypt(secret, secretContext(id))) as ConnectionSecret);
  const way: Way = {
    async connect(host, port) {
      const socket = await outbound.guardedConnect(host, port, { allowPrivate: privateAllowed });
      passed("address");
      passed("host");
      return socket;
    },
    signal,
    passed,
  };
  return { target: { engine, settings: network, secret: entered }, way };
}

/**
 * Opens a login to a connection's database. The caller has been asked for their rights before.
 * @param passed is told how far opening has come
 * @throws ConnectionFailure
 */
export async function openSession(
  dependencies: SessionDependencies,
  row: ConnectionRow,
  signal: AbortSignal,
  passed?: Way["passed"],
): Promise<Session> {
  const engine = await engineOf(row.engine);
  if (row.network !== null) {
    const { target, way } = networkTarget(dependencies, row, signal, passed);
    return engine.open(target, way);
  }
  const target = await fileTarget(dependencies, row);
  passed?.("file");
  try {
    return await engine.open(target, {
      connect: () => Promise.reject(new Error("a file needs no network")),
      signal,
      passed: () => undefined,
    });
  } catch (error) {
    await target.release();
    throw error;
  }
}
