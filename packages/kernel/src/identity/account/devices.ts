import type { DeviceSession } from "@mindmesh/contracts/account";
import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import { type Actor, audit } from "../../audit/index.ts";
import { AppError } from "../../errors/index.ts";
import { type Caller, requireDevice } from "../../http/index.ts";
import type { Identity } from "../dependencies.ts";
import { sessions } from "../schema.ts";
import { endSessions, endSessionsOf } from "../sign-in/session-tokens.ts";
import { deviceName } from "./device-name.ts";

/** The devices that a person is signed in on, last used first. */
export async function listDevices({ db }: Pick<Identity, "db">, caller: Caller): Promise<DeviceSession[]> {
  const { sessionId } = requireDevice(caller);
  const rows = await db.system((tx) =>
    tx
      .select()
      .from(sessions)
      .where(and(eq(sessions.personId, caller.personId), isNull(sessions.endedAt), gt(sessions.expiresAt, sql`now()`)))
      .orderBy(desc(sessions.lastUsedAt), desc(sessions.id)),
  );
  return rows.map((row) => ({
    id: row.id,
    current: row.id === sessionId,
    device: deviceName(row.userAgent),
    userAgent: row.userAgent,
    ip: row.ip,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
  }));
}

/** Signs one of the caller's devices out; its sockets close. @throws AppError not_found */
export async function revokeDevice(
  { db, realtime }: Pick<Identity, "db" | "realtime">,
  caller: Caller,
  sessionId: string,
  actor: Actor,
): Promise<void> {
  await db.system(async (tx) => {
    const [own] = await tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.id, sessionId), eq(sessions.personId, caller.personId), isNull(sessions.endedAt)));
    if (!own) throw new AppError("not_found");
    await endSessions(tx, [sessionId], "revoked");
    await audit(tx, actor, {
      workspaceId: null,
      action: "session.revoked",
      target: { kind: "session", id: sessionId },
    });
  });
  realtime.disconnect({ sessionId });
}

/** Signs every other device of the caller out. Returns how many. */
export async function revokeOtherDevices(
  { db, realtime }: Pick<Identity, "db" | "realtime">,
  caller: Caller,
  actor: Actor,
): Promise<number> {
  const { sessionId } = requireDevice(caller);
  const ended = await db.system(async (tx) => {
    const ids = await endSessionsOf(tx, caller.personId, "revoked", sessionId);
    await audit(tx, actor, {
      workspaceId: null,
      action: "session.others_revoked",
      target: { kind: "person", id: caller.personId },
      details: { count: ids.length },
    });
    return ids;
  });
  for (const id of ended) realtime.disconnect({ sessionId: id });
  return ended.length;
}
