import type { FastifyRequest } from "fastify";
import { v7 as uuidv7 } from "uuid";
import type { Transaction } from "../db/index.ts";
import type { Caller } from "../http/index.ts";
import { auditLog, noWorkspace } from "./schema.ts";

/** Who does something, and with which request. */
export interface Actor {
  /** null: the server itself, or somebody who is not signed in. */
  personId: string | null;
  ip: string | null;
  requestId: string | null;
  /** The API key that was used, if any. */
  keyId?: string | undefined;
  /** The connected program that was used, if any. */
  programId?: string | undefined;
}

/** The actor behind a request. */
export function actorOf(request: Pick<FastifyRequest, "caller" | "ip" | "id">): Actor {
  const { caller } = request;
  return {
    personId: caller?.personId ?? null,
    ip: request.ip,
    requestId: request.id,
    ...(caller && credentialOf(caller)),
  };
}

/** The key or program by which a caller calls, as an actor has it. */
export function credentialOf({ via }: Pick<Caller, "via">): Pick<Actor, "keyId" | "programId"> {
  if (via.kind === "session") return {};
  return via.kind === "api_key" ? { keyId: via.keyId } : { programId: via.grantId };
}

/** What the server does by itself. */
export const theServer: Actor = { personId: null, ip: null, requestId: null };

export interface AuditableDeed {
  /** null for what concerns an account or the server. In a workspace's transaction it must be that workspace. */
  workspaceId: string | null;
  /** `<thing>.<what was done>`, such as `member.removed`. */
  action: string;
  target?: { kind: string; id: string };
  /** Settings and ids before and after. Never secrets; names and addresses only as `email`, which deletion cuts out. */
  details?: Record<string, unknown>;
}

/** Writes an entry into the audit log within the transaction that makes it true. */
export async function audit(tx: Transaction, actor: Actor, deed: AuditableDeed): Promise<void> {
  await auditEntry(tx, actor, deed);
}

/** The same as a statement, for who writes it together with what it is about (`$with`). */
export function auditEntry(tx: Transaction, actor: Actor, deed: AuditableDeed) {
  return tx.insert(auditLog).values({
    id: uuidv7(),
    workspaceId: deed.workspaceId ?? noWorkspace,
    actorId: actor.personId,
    action: deed.action,
    targetKind: deed.target?.kind ?? null,
    targetId: deed.target?.id ?? null,
    details: {
      ...deed.details,
      ...(actor.keyId !== undefined && { apiKeyId: actor.keyId }),
      ...(actor.programId !== undefined && { programId: actor.programId }),
    },
    ip: actor.ip,
    requestId: actor.requestId,
    at: new Date().toISOString(),
  });
}
