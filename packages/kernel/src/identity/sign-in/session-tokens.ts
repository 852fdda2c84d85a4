import { and, eq, inArray, isNotNull, isNull, ne, sql } from "drizzle-orm";
import { SignJWT, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { v7 as uuidv7 } from "uuid";
import { audit } from "../../audit/index.ts";
import type { Database, Transaction } from "../../db/index.ts";
import { AppError } from "../../errors/index.ts";
import { type EndReason, people, refreshTokens, sessions } from "../schema.ts";
import { hashOneTimeToken, newOneTimeToken } from "./one-time-token.ts";

export const accessTokenSeconds = 15 * 60;
export const refreshTokenSeconds = 30 * 24 * 3600;

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  sessionId: string;
}

/** What a device tells about itself with a request; shown in the list of devices. */
export interface Device {
  userAgent: string;
  ip: string;
  requestId: string;
}

function signAccessToken(key: Uint8Array, sessionId: string, personId: string): Promise<string> {
  return new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(personId)
    .setIssuedAt()
    .setExpirationTime(`${accessTokenSeconds}s`)
    .sign(key);
}

interface Claims {
  sessionId: string;
  personId: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

// A signature does not change: what was found good once is good until it expires. Half of the cost of knowing who
// calls is checking it (bench authentication). Whether the session still lives is asked of the database every time.
const checkedTokens = new WeakMap<Uint8Array, LRUCache<string, Claims>>();

/** The session of a valid access token; null when it is forged or has expired. */
export async function readAccessToken(key: Uint8Array, token: string): Promise<Claims | null> {
  let known = checkedTokens.get(key);
  if (!known) checkedTokens.set(key, (known = new LRUCache({ max: 20_000 })));
  const claims = known.get(token) ?? (await checkAccessToken(key, token));
  if (claims === null || claims.expiresAt <= Date.now()) return null;
  known.set(token, claims);
  return claims;
}

async function checkAccessToken(key: Uint8Array, token: string): Promise<Claims | null> {
  try {
    const { payload } = await jwtVerify(token, key, { algorithms: ["HS256"] });
    const { sid, sub, exp } = payload;
    if (typeof sid !== "string" || sub === undefined || exp === undefined) return null;
    return { sessionId: sid, personId: sub, expiresAt: exp * 1000 };
  } catch {
    return null;
  }
}

async function addRefreshToken(tx: Transaction, sessionId: string, parentHash: Buffer | null): Promise<string> {
  const { token, tokenHash } = newOneTimeToken();
  await tx.insert(refreshTokens).values({ tokenHash, sessionId, parentHash });
  return token;
}

/** Begins a session for a person on a device. `method` says how the person proved who they are, for the audit log. */
export async function beginSession(
  tx: Transaction,
  key: Uint8Array,
  personId: string,
  device: Device,
  method: "sign_up" | "password" | "invitation" | "google" | "github" | "oidc",
): Promise<TokenPair> {
  const sessionId = uuidv7();
  await tx.insert(sessions).values({
    id: sessionId,
    personId,
    userAgent: device.userAgent.slice(0, 500),
    ip: device.ip,
    expiresAt: new Date(Date.now() + refreshTokenSeconds * 1000).toISOString(),
  });
  const actor = { personId, ip: device.ip, requestId: device.requestId };
  await audit(tx, actor, {
    workspaceId: null,
    action: "session.began",
    target: { kind: "session", id: sessionId },
    details: { method },
  });
  return {
    sessionId,
    refreshToken: await addRefreshToken(tx, sessionId, null),
    accessToken: await signAccessToken(key, sessionId, personId),
  };
}

// Two tabs that wake together may send the same token; within this time the second is no theft.
const reuseGraceMilliseconds = 10_000;

/**
 * Exchanges a refresh token for a new pair. A token that was exchanged before means that somebody copied it: the whole
 * session ends. So does a token whose twin (given for the same token to a second tab, or to a thief within those
 * seconds) is in use.
 * @param onReuse called in the transaction that ends a session for this reason
 * @throws AppError session_ended
 */
export async function refreshSession(
  db: Database,
  key: Uint8Array,
  token: string,
  device: Device,
  onReuse: (tx: Transaction, session: { sessionId: string; personId: string }) => Promise<void>,
): Promise<TokenPair> {
  const tokenHash = hashOneTimeToken(token);
  const outcome = await db.system(async (tx) => {
    const byHash = eq(refreshTokens.tokenHash, tokenHash);
    const [found] = await tx.select({ sessionId: refreshTokens.sessionId }).from(refreshTokens).where(byHash);
    if (!found) return null;
    // All exchanges of a session take turns; what is read of the token after this is not out of date.
    const [session] = await tx.select().from(sessions).where(eq(sessions.id, found.sessionId)).for("update");
    if (!session || session.endedAt !== null || Date.parse(session.expiresAt) < Date.now()) return null;
    const { id: sessionId, personId } = session;
    const [person] = await tx.select({ disabledAt: people.disabledAt }).from(people).where(eq(people.id, personId));
    const [current] = await tx.select().from(refreshTokens).where(byHash);
    if (!current || person?.disabledAt !== null) return null;
    const { usedAt, parentHash } = current;
    const reused = usedAt !== null && Date.now() - Date.parse(usedAt) > reuseGraceMilliseconds;
    if (reused || (await twinIsUsed(tx, tokenHash, parentHash))) {
      await endSessions(tx, [sessionId], "refresh_reused");
      await onReuse(tx, { sessionId, personId });
      return null;
    }
    const now = new Date();
    await tx
      .update(refreshTokens)
      .set({ usedAt: now.toISOString() })
      .where(and(byHash, isNull(refreshTokens.usedAt)));
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
      refreshToken: await addRefreshToken(tx, sessionId, tokenHash),
      accessToken: await signAccessToken(key, sessionId, personId),
    };
  });
  if (outcome === null) throw new AppError("session_ended");
  return outcome;
}

/** Whether another token that was given for the same one has been used. */
async function twinIsUsed(tx: Transaction, tokenHash: Buffer, parentHash: Buffer | null): Promise<boolean> {
  if (parentHash === null) return false;
  const twins = await tx
    .select({ usedAt: refreshTokens.usedAt })
    .from(refreshTokens)
    .where(
      and(
        eq(refreshTokens.parentHash, parentHash),
        ne(refreshTokens.tokenHash, tokenHash),
        isNotNull(refreshTokens.usedAt),
      ),
    );
  return twins.length > 0;
}

/** Ends sessions; their tokens stop working at once. Returns the ids of those that were not ended before. */
export async function endSessions(tx: Transaction, sessionIds: string[], reason: EndReason): Promise<string[]> {
  if (sessionIds.length === 0) return [];
  const ended = await tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: reason })
    .where(and(inArray(sessions.id, sessionIds), isNull(sessions.endedAt)))
    .returning({ id: sessions.id });
  return ended.map(({ id }) => id);
}

/** Ends every session of a person but one. Returns the ids of those that ended. */
export async function endSessionsOf(
  tx: Transaction,
  personId: string,
  reason: EndReason,
  except?: string,
): Promise<string[]> {
  const ended = await tx
    .update(sessions)
    .set({ endedAt: sql`now()`, endReason: reason })
    .where(
      and(
        eq(sessions.personId, personId),
        isNull(sessions.endedAt),
        except === undefined ? undefined : ne(sessions.id, except),
      ),
    )
    .returning({ id: sessions.id });
  return ended.map(({ id }) => id);
}
