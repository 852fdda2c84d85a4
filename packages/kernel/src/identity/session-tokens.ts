import { createHash, randomBytes } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import { SignJWT, jwtVerify } from "jose";
import { v7 as uuidv7 } from "uuid";
import type { Database, Transaction } from "../db/index.ts";
import { AppError } from "../errors/index.ts";
import { refreshTokens, sessions } from "./schema.ts";

export const accessTokenSeconds = 15 * 60;
export const refreshTokenSeconds = 30 * 24 * 3600;

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  sessionId: string;
}

/** What a device tells about itself, shown in the list of devices. */
export interface Device {
  userAgent: string;
  ip: string;
}

const hashOf = (token: string) => createHash("sha256").update(token).digest();

function signAccessToken(key: Uint8Array, sessionId: string, personId: string): Promise<string> {
  return new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(personId)
    .setIssuedAt()
    .setExpirationTime(`${accessTokenSeconds}s`)
    .sign(key);
}

/** The session of a valid access token; null when it is forged or has expired. */
export async function readAccessToken(
  key: Uint8Array,
  token: string,
): Promise<{ sessionId: string; personId: string } | null> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] });
    if (typeof payload.sid !== "string" || payload.sub === undefined) return null;
    return { sessionId: payload.sid, personId: payload.sub };
  } catch {
    return null;
  }
}

async function addRefreshToken(tx: Transaction, sessionId: string): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await tx.insert(refreshTokens).values({ tokenHash: hashOf(token), sessionId });
  return token;
}

/** Begins a session for a person on a device. */
export async function beginSession(
  tx: Transaction,
  key: Uint8Array,
  personId: string,
  device: Device,
): Promise<TokenPair> {
  const sessionId = uuidv7();
  await tx.insert(sessions).values({
    id: sessionId,
    personId,
    userAgent: device.userAgent.slice(0, 500),
    ip: device.ip,
    expiresAt: new Date(Date.now() + refreshTokenSeconds * 1000).toISOString(),
  });
  return {
    sessionId,
    refreshToken: await addRefreshToken(tx, sessionId),
    accessToken: await signAccessToken(key, sessionId, personId),
  };
}

// Two tabs that wake together may send the same token; within this time the second is no theft.
const reuseGraceMilliseconds = 10_000;

/**
 * Exchanges a refresh token for a new pair. A token that was exchanged before means that somebody copied it: the whole
 * session ends.
 * @throws AppError session_ended
 */
export async function refreshSession(db: Database, key: Uint8Array, token: string, device: Device): Promise<TokenPair> {
  const outcome = await db.system(async (tx) => {
    const [row] = await tx
      .select({ usedAt: refreshTokens.usedAt, session: sessions })
      .from(refreshTokens)
      .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
      .where(eq(refreshTokens.tokenHash, hashOf(token)))
      .for("update");
    if (!row || row.session.endedAt !== null || Date.parse(row.session.expiresAt) < Date.now()) return null;
    const { id: sessionId, personId } = row.session;
    if (row.usedAt !== null && Date.now() - Date.parse(row.usedAt) > reuseGraceMilliseconds) {
      await endSession(tx, sessionId, "refresh_reused");
      return null;
    }
    const now = new Date();
    await tx
      .update(refreshTokens)
      .set({ usedAt: now.toISOString() })
      .where(and(eq(refreshTokens.tokenHash, hashOf(token)), isNull(refreshTokens.usedAt)));
    await tx
      .update(sessions)
      .set({
        lastUsedAt: now.toISOString(),
        expiresAt: new Date(now.getTime() + refreshTokenSeconds * 1000).toISOString(),
        ip: device.ip,
        userAgent: device.userAgent.slice(0, 500),
      })
      .where(eq(sessions.id, sessionId));
    return {
      sessionId,
      refreshToken: await addRefreshToken(tx, sessionId),
      accessToken: await signAccessToken(key, sessionId, personId),
    };
  });
  if (outcome === null) throw new AppError("session_ended");
  return outcome;
}

/** Ends a session; its tokens stop working at once. */
export async function endSession(
  tx: Transaction,
  sessionId: string,
  reason: NonNullable<(typeof sessions.$inferSelect)["endReason"]>,
): Promise<void> {
  await tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: reason })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.endedAt)));
}
