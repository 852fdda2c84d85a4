import type { Role } from "@mindmesh/contracts/permissions";
import type { Scope } from "@mindmesh/contracts/route";
import { LRUCache } from "lru-cache";
import type { Database } from "../db/index.ts";
import type { Caller } from "../http/index.ts";
import type { Notifications } from "../realtime/index.ts";
import { apiKeyFits, scopesOf } from "./workspaces/api-key.ts";

/** Id and secret, as `parseApiKey` gives them. */
interface ApiKey {
  id: string;
  secret: string;
}

/** Whose a key is; null for one that is wrong, has ended, or is of an account that is locked. */
export type CallerOfKey = (apiKey: ApiKey) => Promise<Caller | null>;

/** A key whose end is not heard, because a message was lost, is good for so long at most. */
const keepMs = 10_000;
/** How long what is kept may be late to end: the cache sets a timer whenever it looks at the clock. */
const clockMs = 250;
/** Once a minute is enough for a list, and spares a write per request. */
const usedEveryMs = 60_000;
/** Triggers tell of every change of keys, members and accounts as `key:<id>` or `person:<id>`. */
const accessChannel = "mindmesh_access";

interface KeptKey {
  caller: Caller;
  secretHash: Buffer;
  expiresAtMs: number;
  usedAtMs: number;
}

export async function readCallerOfKey(db: Database, apiKey: ApiKey): Promise<Caller | null> {
  const found = await readKey(db, apiKey.id);
  if (!found || !apiKeyFits(found.secretHash, apiKey.secret)) return null;
  if (isUseWorthNoting(found)) await noteUse(db, apiKey.id);
  return found.caller;
}

/** Keeps whose keys are while they are used. Nothing is kept while changes could not be heard. */
export interface KeptApiKeys {
  callerOf: CallerOfKey;
  /** After a change on this server, which need not wait for the message. */
  forget(changed: { keyId: string } | { personId: string }): void;
}

export function keepApiKeys(
  db: Database,
  notifications: Notifications,
  onError: (error: unknown) => void,
): KeptApiKeys {
  const kept = new LRUCache<string, Promise<KeptKey | null>>({
    max: 10_000,
    ttl: keepMs,
    ttlResolution: clockMs,
  });
  const keysOfPerson = new LRUCache<string, Set<string>>({ max: 10_000 });

  // What changes while it is read is not kept: nobody knows yet whose it is.
  let changes = 0;

  function forget(changed: { keyId: string } | { personId: string }): void {
    changes += 1;
    if ("keyId" in changed) kept.delete(changed.keyId);
    else {
      for (const id of keysOfPerson.get(changed.personId) ?? []) kept.delete(id);
      keysOfPerson.delete(changed.personId);
    }
  }

  notifications.on(accessChannel, (payload) => {
    const [kind, id = ""] = payload.split(":");
    forget(kind === "key" ? { keyId: id } : { personId: id });
  });
  notifications.onReconnect(() => kept.clear());

  function read(id: string): Promise<KeptKey | null> {
    const before = changes;
    const reading = readKey(db, id);
    kept.set(id, reading);
    const drop = () => {
      if (kept.peek(id) === reading) kept.delete(id);
    };
    // Neither failures are kept nor what is no key: anybody could fill the memory with it.
    reading.then((found) => {
      if (found === null || changes !== before) return drop();
      const { personId } = found.caller;
      keysOfPerson.set(personId, (keysOfPerson.get(personId) ?? new Set()).add(id));
    }, drop);
    return reading;
  }

  return {
    forget,
    async callerOf(apiKey) {
      if (!notifications.isListening()) return readCallerOfKey(db, apiKey);
      const found = await (kept.get(apiKey.id) ?? read(apiKey.id));
      if (found === null || !apiKeyFits(found.secretHash, apiKey.secret)) return null;
      const now = Date.now();
      if (now >= found.expiresAtMs) return null;
      if (isUseWorthNoting(found)) {
        found.usedAtMs = now;
        noteUse(db, apiKey.id).catch(onError);
      }
      return found.caller;
    },
  };
}

interface KeyRow {
  person_id: string;
  name: string;
  email: string;
  workspace_id: string;
  scope: Scope;
  secret_hash: Buffer;
  role: Role;
  expires_at_ms: number | null;
  used_at_ms: number | null;
}

async function readKey(db: Database, id: string): Promise<KeptKey | null> {
  const result = await db.pool.query<KeyRow>({
    name: "identity.api-key",
    text: `SELECT k.person_id, p.name, p.email, k.workspace_id, k.scope, k.secret_hash, m.role,
                  extract(epoch FROM k.expires_at)::float8 * 1000 AS expires_at_ms,
                  extract(epoch FROM k.last_used_at)::float8 * 1000 AS used_at_ms
           FROM kernel.api_keys k
           JOIN kernel.people p ON p.id = k.person_id
           JOIN kernel.members m ON m.workspace_id = k.workspace_id AND m.person_id = k.person_id
           WHERE k.id = $1 AND (k.expires_at IS NULL OR k.expires_at > now()) AND p.disabled_at IS NULL`,
    values: [id],
  });
  const row = result.rows[0];
  if (!row) return null;
  return {
    caller: {
      personId: row.person_id,
      name: row.name,
      email: row.email,
      // A key acts within its workspace; the server is administered on the page.
      isInstanceOwner: false,
      via: { kind: "api_key", keyId: id, workspaceId: row.workspace_id },
      scopes: scopesOf(row.scope),
      membership: { workspaceId: row.workspace_id, role: row.role },
    },
    secretHash: row.secret_hash,
    expiresAtMs: row.expires_at_ms ?? Number.POSITIVE_INFINITY,
    usedAtMs: row.used_at_ms ?? 0,
  };
}

const isUseWorthNoting = ({ usedAtMs }: KeptKey) => usedAtMs < Date.now() - usedEveryMs;

async function noteUse(db: Database, id: string): Promise<void> {
  await db.pool.query({
    name: "identity.api-key-used",
    text: `UPDATE kernel.api_keys SET last_used_at = now()
           WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    values: [id],
  });
}
