import { createHash } from "node:crypto";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Adapter, AdapterPayload } from "oidc-provider";
import type { Actor } from "../audit/index.ts";
import type { Database } from "../db/index.ts";
import { formatAccount, parseAccount } from "./account-id.ts";
import { endGrant, scopesUpTo } from "./grants.ts";
import { type Payload, oauthClients, oauthGrants, oauthPassing, oauthTokens, tokenKinds } from "./schema.ts";

/** Tokens and ids of requests are random; only their hash is stored. */
export function hashOfToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

const seconds = (moment: string) => Math.floor(Date.parse(moment) / 1000);
const inSeconds = (lifetime = 0) => new Date(Date.now() + lifetime * 1000).toISOString();
const asked = (model: string): never => {
  throw new Error(`${model} is not kept in this way`);
};
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface StoredModelDependencies {
  db: Database;
  /** What the library answers to a program whose code or token was used by another request in the same moment. */
  usedUp: () => Error;
  /** The request that is being handled, for the audit log: who gave a token back, or used one twice. */
  request: () => { actor: Actor; revokes: boolean };
}

/** Where the authorization server keeps what it must not forget: our tables, behind the library's interface. */
export function storedModels(dependencies: StoredModelDependencies): (model: string) => Adapter {
  return (model) => {
    if (model === "Client") return registeredClients(dependencies);
    if (model === "Grant") return grants(dependencies);
    const kind = tokenKinds.find((each) => each === model);
    return kind === undefined ? passing(dependencies, model) : tokens(dependencies, kind);
  };
}

function registeredClients({ db }: StoredModelDependencies): Adapter {
  return {
    async upsert(id, payload) {
      const now = new Date().toISOString();
      await db.system((tx) =>
        tx.insert(oauthClients).values({ id, metadata: payload as Payload, createdAt: now, lastUsedAt: now }),
      );
    },
    async find(id) {
      const [row] = await db.system((tx) => tx.select().from(oauthClients).where(eq(oauthClients.id, id)));
      return row?.metadata;
    },
    destroy: async (id) => void (await db.system((tx) => tx.delete(oauthClients).where(eq(oauthClients.id, id)))),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => asked("Client"),
    revokeByGrantId: async () => asked("Client"),
  };
}

function grants({ db }: StoredModelDependencies): Adapter {
  return {
    // Made by addGrant, when the person agrees.
    upsert: async () => asked("Grant"),
    async find(id) {
      if (!uuid.test(id)) return undefined;
      const [row] = await db.system((tx) => tx.select().from(oauthGrants).where(eq(oauthGrants.id, id)));
      if (!row) return undefined;
      return {
        kind: "Grant",
        jti: row.id,
        iat: seconds(row.createdAt),
        exp: seconds(row.expiresAt),
        accountId: formatAccount(row),
        clientId: row.clientId,
        resources: { [row.resource]: scopesUpTo(row.scope).join(" ") },
      };
    },
    // Ended together with its tokens, below.
    destroy: async () => undefined,
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => asked("Grant"),
    revokeByGrantId: async () => asked("Grant"),
  };
}

function tokens({ db, usedUp, request }: StoredModelDependencies, kind: (typeof tokenKinds)[number]): Adapter {
  const isToken = (id: string) => and(eq(oauthTokens.tokenHash, hashOfToken(id)), eq(oauthTokens.kind, kind));
  return {
    async upsert(id, { jti: _secret, ...payload }: AdapterPayload, lifetime) {
      await db.system((tx) =>
        tx.insert(oauthTokens).values({
          tokenHash: hashOfToken(id),
          kind,
          grantId: payload.grantId ?? "",
          payload,
          expiresAt: inSeconds(lifetime),
        }),
      );
    },
    async find(id) {
      const [row] = await db.system((tx) => tx.select().from(oauthTokens).where(isToken(id)));
      if (!row) return undefined;
      const consumed = row.consumedAt === null ? {} : { consumed: seconds(row.consumedAt) };
      return { ...row.payload, jti: id, ...consumed };
    },
    async consume(id) {
      // In one statement: of two requests with the same code, one gets tokens.
      const taken = await db.system((tx) =>
        tx
          .update(oauthTokens)
          .set({ consumedAt: sql`now()` })
          .where(and(isToken(id), isNull(oauthTokens.consumedAt))),
      );
      if (taken.rowCount === 0) throw usedUp();
    },
    destroy: async (id) => void (await db.system((tx) => tx.delete(oauthTokens).where(isToken(id)))),
    async revokeByGrantId(grantId) {
      const { actor, revokes } = request();
      const action = revokes ? "program.token_revoked" : "program.token_reused";
      await db.system((tx) => endGrant(tx, { id: grantId }, action, actor));
    },
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
  };
}

/** Requests on their way, sessions of the library, ids of assertions seen. */
function passing({ db }: StoredModelDependencies, kind: string): Adapter {
  const isIt = (id: string) => and(eq(oauthPassing.kind, kind), eq(oauthPassing.idHash, hashOfToken(id)));
  return {
    async upsert(id, { jti: _secret, ...payload }: AdapterPayload, lifetime) {
      // Who is signed in is known from our own cookie, at the moment of the decision, and nowhere else.
      if (kind === "Session") for (const name of ["accountId", "loginTs", "authorizations"]) delete payload[name];
      const row = { kind, idHash: hashOfToken(id), payload, expiresAt: inSeconds(lifetime) };
      await db.system((tx) =>
        tx
          .insert(oauthPassing)
          .values(row)
          .onConflictDoUpdate({ target: [oauthPassing.kind, oauthPassing.idHash], set: row }),
      );
    },
    async find(id) {
      const [row] = await db.system((tx) =>
        tx
          .select()
          .from(oauthPassing)
          .where(and(isIt(id), gt(oauthPassing.expiresAt, sql`now()`))),
      );
      return row && { ...row.payload, jti: id };
    },
    destroy: async (id) => void (await db.system((tx) => tx.delete(oauthPassing).where(isIt(id)))),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    consume: async () => asked(kind),
    revokeByGrantId: async () => asked(kind),
  };
}

/** Whether the account's person is still a member there and not locked. */
export async function accountStands(db: Database, id: string): Promise<boolean> {
  const account = parseAccount(id);
  if (account === null) return false;
  const found = await db.pool.query(
    `SELECT FROM kernel.members m JOIN kernel.people p ON p.id = m.person_id AND p.disabled_at IS NULL
     WHERE m.workspace_id = $1 AND m.person_id = $2`,
    [account.workspaceId, account.personId],
  );
  return found.rowCount === 1;
}
