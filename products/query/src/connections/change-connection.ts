import type { Connection, ConnectionChange } from "@mindmesh/contracts/query/connections";
import { type Actor, audit } from "@mindmesh/kernel/audit";
import type { Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { and, eq, sql } from "drizzle-orm";
import { stopReading } from "../catalog/cancel-reading.ts";
import { startReading } from "../catalog/start-reading.ts";
import { type ConnectionRow, connections } from "../schema.ts";
import { checkPlace, checkPrivateAllowed } from "./check-place.ts";
import { emitConnectionEvent } from "./connection-events.ts";
import { connectionShapes } from "./connection-shape.ts";
import { type ConnectionDependencies, nameIsFree } from "./create-connection.ts";
import { takeFiles } from "./data-files.ts";
import { checkSameAddress, enteredSecret, readableSecret, sealedSecret } from "./kept-secret.ts";

/**
 * Changes what is named. Another place is read anew.
 * @throws AppError not_allowed, not_found, invalid_fields, conflict (another version), already_exists (name)
 */
export async function changeConnection(
  dependencies: ConnectionDependencies,
  caller: MemberCaller,
  actor: Actor,
  connectionId: string,
  { version, secret, files, ...change }: ConnectionChange,
): Promise<Connection> {
  requireRight(caller, "query.manage");
  const { workspaceId, personId } = caller;
  return nameIsFree(() =>
    dependencies.db.withWorkspace(tenantOf(caller), async (tx) => {
      const row = await lockConnection(tx, workspaceId, connectionId);
      if (row.version !== version) throw new AppError("conflict");
      const network = change.network ?? row.network;
      const moved = network?.host !== row.network?.host || network?.ssh?.host !== row.network?.ssh?.host;
      // What the owner of the server allowed was the address that stood there then.
      const privateAllowed = change.privateAllowed ?? (row.privateAllowed && !moved);
      checkPlace({ engine: row.engine, network, files: files ?? row.files });
      if (privateAllowed && (moved || !row.privateAllowed)) checkPrivateAllowed(caller, true);
      const taken = files && (await takeFiles(tx, caller, row.engine, files, row.files));
      const [changed] = await tx
        .update(connections)
        .set({
          ...change,
          privateAllowed,
          ...(taken && { files: taken }),
          ...changedSecret(dependencies, row, change.network, secret),
          version: sql`${connections.version} + 1`,
          updatedAt: new Date().toISOString(),
        })
        .where(and(eq(connections.workspaceId, workspaceId), eq(connections.id, connectionId)))
        .returning();
      if (!changed) throw new AppError("internal");
      await audit(tx, actor, {
        workspaceId,
        action: "connection.changed",
        target: { kind: "connection", id: connectionId },
        details: changedDetails(row, changed, secret !== undefined),
      });
      const otherPlace = secret !== undefined || JSON.stringify(placeOf(row)) !== JSON.stringify(placeOf(changed));
      if (otherPlace) {
        // One that is under way reads the place that was.
        await stopReading(dependencies.jobs, tx, changed, personId);
        await startReading(dependencies, tx, changed, { cause: "asked", personId });
      } else await emitConnectionEvent(tx, "query.connections.changed", changed, personId);
      const hiddenChanged = JSON.stringify(row.hidden) !== JSON.stringify(changed.hidden);
      if (hiddenChanged) await emitConnectionEvent(tx, "query.schema.changed", changed, personId);
      const [shape] = await connectionShapes(tx, workspaceId, [changed]);
      if (!shape) throw new AppError("internal");
      return shape;
    }),
  );
}

/** @throws AppError not_found */
export async function lockConnection(
  tx: Transaction,
  workspaceId: string,
  connectionId: string,
): Promise<ConnectionRow> {
  const [row] = await tx
    .select()
    .from(connections)
    .where(and(eq(connections.workspaceId, workspaceId), eq(connections.id, connectionId)))
    .for("update");
  if (!row) throw new AppError("not_found");
  return row;
}

function changedSecret(
  { secrets }: ConnectionDependencies,
  row: ConnectionRow,
  network: ConnectionChange["network"],
  secret: ConnectionChange["secret"],
) {
  if (secret === undefined && network === undefined) return {};
  const kept = readableSecret(secrets, row);
  checkSameAddress(kept, row.network, network ?? row.network, secret ?? {});
  return secret === undefined ? {} : sealedSecret(secrets, row.id, enteredSecret(kept, secret));
}

const placeOf = ({ network, files, privateAllowed }: ConnectionRow) => ({ network, files, privateAllowed });

/** For the audit log: settings before and after; never a secret, and of hidden objects and certificates only that they changed. */
function changedDetails(before: ConnectionRow, after: ConnectionRow, secretEntered: boolean): Record<string, unknown> {
  const fields = ["label", "readOnly", "privateAllowed", "roles", "consents", "limits"] as const;
  const details: Record<string, unknown> = {};
  const differs = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  for (const field of fields) {
    if (differs(before[field], after[field])) details[field] = { before: before[field], after: after[field] };
  }
  if (before.name !== after.name) details["renamed"] = true;
  if (differs(before.hidden, after.hidden)) {
    details["hidden"] = { before: before.hidden.length, after: after.hidden.length };
  }
  if (differs(before.network, after.network))
    details["host"] = { before: before.network?.host, after: after.network?.host };
  if (differs(before.files, after.files)) details["files"] = { before: before.files.length, after: after.files.length };
  if (secretEntered) details["secret"] = "entered";
  return details;
}
