import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { GlossaryTerm, TermBody } from "@mindmesh/contracts/query/glossary";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { emitEvent } from "@mindmesh/kernel/realtime";
import { and, asc, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { readCatalog } from "../catalog/read-catalog.ts";
import { findConnection } from "../connections/find-connection.ts";
import type { HiddenHere } from "../guard/guard.ts";
import { showsHidden } from "../guard/words/shows-hidden.ts";
import type { ConnectionRow } from "../schema.ts";
import { quoteTable } from "../sql/quote-name.ts";
import { termProblems } from "./check-term.ts";
import { type GlossaryRow, glossaryTerms } from "./schema.ts";

const mostTerms = 2000;

const ofConnection = (row: Pick<ConnectionRow, "workspaceId" | "id">) =>
  and(eq(glossaryTerms.workspaceId, row.workspaceId), eq(glossaryTerms.connectionId, row.id));

/** The terms of a connection with what of each the schema does not have any more. The caller has been asked for rights before. */
export async function readTerms(tx: Transaction, row: ConnectionRow): Promise<GlossaryTerm[]> {
  const rows = await tx
    .select()
    .from(glossaryTerms)
    .where(ofConnection(row))
    .orderBy(asc(sql`lower(${glossaryTerms.term})`));
  if (rows.length === 0) return [];
  const stored = await readCatalog(tx, row);
  const hidden = stored?.hidden ?? row.hidden;
  return Promise.all(
    rows
      .filter((term) => !tellsOfHidden(term, row.engine, hidden))
      .map(async (term) => {
        // Before the schema was read nothing can be said of a term.
        const stale = stored ? Object.values(await termProblems(shapeOf(term), stored.catalog, row.engine)) : [];
        return { ...shapeOf(term), stale };
      }),
  );
}

/** A term that was bound before its table or column was hidden; it is there again when that is shown again. */
function tellsOfHidden(
  { bindings, fragment }: GlossaryRow,
  engine: EngineKind,
  hidden: readonly HiddenHere[],
): boolean {
  const isHidden = (name: { schema: string; table: string; column: string | null }) =>
    hidden.some(
      ({ schema, table, column }) =>
        schema === name.schema && table === name.table && (column === null || column === name.column),
    );
  const isShown =
    fragment !== null &&
    (isHidden({ ...fragment, column: null }) ||
      showsHidden(
        `SELECT ${fragment.sql} FROM ${quoteTable(engine, { schema: fragment.schema, name: fragment.table })}`,
        engine,
        hidden,
      ));
  return bindings.some(isHidden) || isShown;
}

const shapeOf = (row: GlossaryRow): Omit<GlossaryTerm, "stale"> => row;

/** The business terms of a connection, by name. */
export function listTerms(db: Database, caller: MemberCaller, connectionId: string): Promise<GlossaryTerm[]> {
  return db.withWorkspace(tenantOf(caller), async (tx) =>
    readTerms(tx, await findConnection(tx, caller, connectionId)),
  );
}

/**
 * Keeps a term.
 * @throws AppError invalid_fields for what the schema does not have; already_exists for a term that is there
 */
export function createTerm(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  body: TermBody,
): Promise<GlossaryTerm> {
  return changing(db, caller, connectionId, async (tx, row) => {
    await requireFitting(tx, row, body);
    const count = await tx.$count(glossaryTerms, ofConnection(row));
    if (count >= mostTerms) {
      throw new AppError("too_large", {
        message: `A glossary has room for ${mostTerms} terms. Delete some that nobody needs.`,
      });
    }
    await requireFree(tx, row, body.term, null);
    const [made] = await tx
      .insert(glossaryTerms)
      .values({ workspaceId: row.workspaceId, connectionId: row.id, id: uuidv7(), createdBy: caller.personId, ...body })
      .returning();
    if (!made) throw new AppError("internal");
    return { ...shapeOf(made), stale: [] };
  });
}

/**
 * Changes a term.
 * @throws AppError not_found; conflict when somebody changed it since `version`; as `createTerm`
 */
export function updateTerm(
  db: Database,
  caller: MemberCaller,
  { connectionId, termId }: { connectionId: string; termId: string },
  { version, ...body }: TermBody & { version: number },
): Promise<GlossaryTerm> {
  return changing(db, caller, connectionId, async (tx, row) => {
    const own = and(ofConnection(row), eq(glossaryTerms.id, termId));
    const [old] = await tx.select().from(glossaryTerms).where(own).for("update");
    if (!old) throw new AppError("not_found");
    if (old.version !== version) throw new AppError("conflict");
    await requireFitting(tx, row, body);
    await requireFree(tx, row, body.term, termId);
    const [changed] = await tx
      .update(glossaryTerms)
      .set({ ...body, version: version + 1, updatedAt: new Date().toISOString() })
      .where(own)
      .returning();
    if (!changed) throw new AppError("not_found");
    return { ...shapeOf(changed), stale: [] };
  });
}

/** Deletes a term. @throws AppError not_found */
export function deleteTerm(
  db: Database,
  caller: MemberCaller,
  { connectionId, termId }: { connectionId: string; termId: string },
): Promise<void> {
  return changing(db, caller, connectionId, async (tx, row) => {
    const gone = await tx
      .delete(glossaryTerms)
      .where(and(ofConnection(row), eq(glossaryTerms.id, termId)))
      .returning({ id: glossaryTerms.id });
    if (gone.length === 0) throw new AppError("not_found");
  });
}

function changing<T>(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  work: (tx: Transaction, row: ConnectionRow) => Promise<T>,
): Promise<T> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    requireRight(caller, "query.develop");
    const result = await work(tx, row);
    await emitEvent(tx, {
      workspaceId: caller.workspaceId,
      type: "query.glossary.changed",
      payload: { connectionId },
      actorId: caller.personId,
    });
    return result;
  });
}

async function requireFitting(tx: Transaction, row: ConnectionRow, body: TermBody): Promise<void> {
  if (body.bindings.length === 0 && body.fragment === null) return;
  const stored = await readCatalog(tx, row);
  if (!stored) {
    throw new AppError("invalid_fields", {
      fields: { bindings: "Read the schema of this connection first: nothing can be bound before." },
    });
  }
  const fields = await termProblems(body, stored.catalog, row.engine);
  if (Object.keys(fields).length > 0) throw new AppError("invalid_fields", { fields });
}

async function requireFree(tx: Transaction, row: ConnectionRow, term: string, except: string | null): Promise<void> {
  const [taken] = await tx
    .select({ id: glossaryTerms.id })
    .from(glossaryTerms)
    .where(and(ofConnection(row), eq(sql`lower(${glossaryTerms.term})`, term.toLowerCase())));
  if (taken && taken.id !== except) {
    throw new AppError("already_exists", { message: `The glossary has the term “${term}” already.` });
  }
}
