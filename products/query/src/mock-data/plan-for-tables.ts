import type { Catalog, InferredKey } from "@mindmesh/contracts/query/catalog";
import type { MockLocale, MockPlan, MockProblem } from "@mindmesh/contracts/query/mock-data";
import type { TableName } from "@mindmesh/contracts/query/catalog";
import type { Database } from "@mindmesh/kernel/db";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, requireRight, tenantOf } from "@mindmesh/kernel/http";
import { readInferredKeys } from "../catalog/inferred-keys.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { findConnection } from "../connections/find-connection.ts";
import type { ConnectionRow } from "../schema.ts";
import { findProblems } from "./find-problems.ts";
import { placeOfTable } from "./made-table.ts";
import { suggestPlan } from "./suggest-plan.ts";

/** A connection with its schema as it was read last, for somebody who may make rows for it. @throws AppError */
export async function connectionWithCatalog(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
): Promise<{ row: ConnectionRow; catalog: Catalog; inferred: InferredKey[] }> {
  return db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, connectionId);
    requireRight(caller, "query.develop");
    const stored = await readCatalog(tx, row);
    if (stored === null) {
      throw new AppError("conflict", {
        message: "The schema was not read yet. Wait for it, or have it read under Schema.",
      });
    }
    return { row, catalog: stored.catalog, inferred: await readInferredKeys(tx, row, stored.catalog) };
  });
}

/**
 * A plan for tables of a connection. Tables that they refer to and that are not chosen have to be added by the person: the problems
 * say so.
 * @throws AppError not_allowed, not_found; conflict when the schema was never read
 */
export async function planForTables(
  db: Database,
  caller: MemberCaller,
  connectionId: string,
  wish: { tables: TableName[] | null; rows: number; seed: number; locale: MockLocale },
): Promise<{ plan: MockPlan; problems: MockProblem[] }> {
  const { catalog, inferred } = await connectionWithCatalog(db, caller, connectionId);
  const chosen = wish.tables && new Set(wish.tables.map(placeOfTable));
  const tables = catalog.tables.filter((table) => chosen === null || chosen.has(placeOfTable(table)));
  const today = new Date().toISOString().slice(0, 10);
  const plan = suggestPlan({ tables }, { ...wish, today }, inferred);
  if (plan.tables.length === 0)
    throw new AppError("invalid_fields", { fields: { tables: "None of them is a table of this schema." } });
  return { plan, problems: findProblems(plan, catalog.tables) };
}
