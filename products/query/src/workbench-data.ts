import { forgetDetailsInAudit } from "@mindmesh/kernel/audit";
import type { Database, Transaction } from "@mindmesh/kernel/db";
import { type PersonalItem, inPages } from "@mindmesh/kernel/person-data";
import { and, asc, eq, gt, or } from "drizzle-orm";
import { type StatementRow, savedQueries, savedQueryVersions, statements, tabs } from "./schema.ts";
import { statementShape } from "./statements/statement-shape.ts";

/** What a person has written and run in the workbench. Rows of results are the database's, and soon gone. */
export async function* exportWorkbench(db: Database, personId: string): AsyncGenerator<PersonalItem> {
  const own = await db.system(async (tx) => ({
    tabs: await tx.select().from(tabs).where(eq(tabs.personId, personId)),
    saved: await tx.select().from(savedQueries).where(eq(savedQueries.ownerId, personId)),
  }));
  for (const value of own.tabs) yield { kind: "tabs", value };
  for (const query of own.saved) {
    const { workspaceId, id } = query;
    const versions = await db.system((tx) =>
      tx
        .select()
        .from(savedQueryVersions)
        .where(and(eq(savedQueryVersions.workspaceId, workspaceId), eq(savedQueryVersions.savedQueryId, id)))
        .orderBy(asc(savedQueryVersions.version)),
    );
    yield { kind: "savedQueries", value: { ...query, versions } };
  }
  const rows = inPages<StatementRow>((after, pageSize) =>
    db.system((tx) =>
      tx
        .select()
        .from(statements)
        .where(
          and(
            eq(statements.personId, personId),
            after === null
              ? undefined
              : or(
                  gt(statements.workspaceId, after.workspaceId),
                  and(eq(statements.workspaceId, after.workspaceId), gt(statements.id, after.id)),
                ),
          ),
        )
        .orderBy(asc(statements.workspaceId), asc(statements.id))
        .limit(pageSize),
    ),
  );
  for await (const row of rows) {
    yield { kind: "statements", value: { ...statementShape(row), workspaceId: row.workspaceId } };
  }
}

/**
 * Removes history, tabs and saved queries of a person, also shared ones; versions of others' queries forget who made them. That statements ran
 * stays in the audit log, with their rows and times; what they said goes: it may hold names and values, and is the person's own words.
 */
export async function forgetInWorkbench(tx: Transaction, personId: string): Promise<void> {
  await tx.delete(statements).where(eq(statements.personId, personId));
  await forgetDetailsInAudit(tx, { personId, action: "query.statement", details: ["sql"] });
  await tx.delete(tabs).where(eq(tabs.personId, personId));
  await tx.delete(savedQueries).where(eq(savedQueries.ownerId, personId));
  await tx.update(savedQueryVersions).set({ savedBy: null }).where(eq(savedQueryVersions.savedBy, personId));
}
