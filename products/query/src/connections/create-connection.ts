import { type Connection, type NewConnection, usualLimits } from "@mindmesh/contracts/query/connections";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import { type Transaction, databaseErrorIn } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { v7 as uuidv7 } from "uuid";
import { type ReadingDependencies, startReading } from "../catalog/start-reading.ts";
import { type ConnectionRow, connections } from "../schema.ts";
import { checkPlace, checkPrivateAllowed } from "./check-place.ts";
import { connectionShapes } from "./connection-shape.ts";
import { enteredSecret, sealedSecret } from "./kept-secret.ts";
import { takeFiles } from "./data-files.ts";
import type { SessionDependencies } from "./open-session.ts";

export type ConnectionDependencies = SessionDependencies & ReadingDependencies;

/**
 * Connects a database: read-only, open to developers and analysts unless told, with no consent given; its schema is read in the
 * background at once.
 * @throws AppError not_allowed, invalid_fields, already_exists (name)
 */
export async function createConnection(
  dependencies: ConnectionDependencies,
  caller: MemberCaller,
  actor: Actor,
  { secret, files, ...settings }: NewConnection,
): Promise<Connection> {
  requireRight(caller, "query.manage");
  checkPlace({ ...settings, files });
  checkPrivateAllowed(caller, settings.privateAllowed);
  const { db, secrets } = dependencies;
  const { workspaceId, personId } = caller;
  const id = uuidv7();
  const kept = sealedSecret(secrets, id, enteredSecret({ password: "", ssh: null }, secret));
  return nameIsFree(() =>
    db.withWorkspace(tenantOf(caller), async (tx) => {
      const taken = await takeFiles(tx, caller, settings.engine, files, []);
      const row = await insertConnection(tx, {
        ...settings,
        ...kept,
        workspaceId,
        id,
        files: taken,
        consents: { names: false, statistics: false, samples: false },
        limits: usualLimits,
        createdBy: personId,
      });
      await audit(tx, actor, {
        workspaceId,
        action: "connection.created",
        target: { kind: "connection", id },
        details: { engine: row.engine, host: row.network?.host ?? null, privateAllowed: row.privateAllowed },
      });
      await startReading(dependencies, tx, row, { cause: "created", personId });
      const [made] = await connectionShapes(tx, workspaceId, [row]);
      if (!made) throw new AppError("internal");
      return made;
    }),
  );
}

async function insertConnection(tx: Transaction, values: typeof connections.$inferInsert): Promise<ConnectionRow> {
  const [row] = await tx.insert(connections).values(values).returning();
  if (!row) throw new AppError("internal");
  return row;
}

/** @throws AppError already_exists when another connection has the name */
export async function nameIsFree<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const refusal = databaseErrorIn(error);
    if (refusal?.code !== "23505" || refusal.constraint !== "connections_name") throw error;
    throw new AppError("already_exists", { fields: { name: "Another connection has this name." }, cause: error });
  }
}
