import type { AuditEntry, auditQuery } from "@mindmesh/contracts/audit";
import { type SQL, and, desc, eq, gte, like, lt, or, sql } from "drizzle-orm";
import type { z } from "zod";
import { literal, type Database } from "../db/index.ts";
import { pageOfRows, requireRowCursor } from "../http/index.ts";
import { auditLog, noWorkspace } from "./schema.ts";

/**
 * A page of the audit log, newest first: of one workspace, or, with null, of accounts and the server.
 * @throws AppError invalid_fields for a cursor that is not ours
 */
export async function listAudit(
  db: Database,
  workspaceId: string | null,
  query: z.output<typeof auditQuery>,
): Promise<{ items: AuditEntry[]; nextCursor: string | null }> {
  requireRowCursor(query.cursor);
  const conditions: (SQL | undefined)[] = [
    eq(auditLog.workspaceId, workspaceId ?? noWorkspace),
    query.cursor === undefined ? undefined : lt(auditLog.id, query.cursor),
    query.actorId === undefined ? undefined : eq(auditLog.actorId, query.actorId),
    query.targetId === undefined ? undefined : eq(auditLog.targetId, query.targetId),
    query.action === undefined
      ? undefined
      : or(eq(auditLog.action, query.action), like(auditLog.action, `${literal(query.action)}.%`)),
    query.from === undefined ? undefined : gte(auditLog.at, query.from),
    query.to === undefined ? undefined : lt(auditLog.at, query.to),
  ];
  // As the owner of the schema: the names of people are not readable for a workspace's role.
  const rows = await db.system((tx) =>
    tx
      .select({
        entry: auditLog,
        actorName: sql<string | null>`(SELECT name FROM kernel.people p WHERE p.id = ${auditLog.actorId})`,
      })
      .from(auditLog)
      .where(and(...conditions))
      .orderBy(desc(auditLog.id))
      .limit(query.limit + 1),
  );
  const entries = rows.map(({ entry, actorName }) => ({
    id: entry.id,
    workspaceId,
    actor: entry.actorId === null ? null : { id: entry.actorId, name: actorName },
    action: entry.action,
    target:
      entry.targetKind === null || entry.targetId === null ? null : { kind: entry.targetKind, id: entry.targetId },
    details: entry.details,
    ip: entry.ip,
    requestId: entry.requestId,
    at: entry.at,
  }));
  return pageOfRows(entries, query.limit);
}
