import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Access, CheckedStatement, GuardKnowledge, StatementFacts, Verdict } from "./guard.ts";
import { checkPostgres } from "./postgres/check-postgres.ts";
import { Refused, refuse } from "./refused.ts";

type Check = (sql: string, knowledge: GuardKnowledge, access: Access) => StatementFacts | Promise<StatementFacts>;

const notYet: Check = (sql) => refuse(sql, null, "Statements for this database cannot be checked yet.");

const checks: Record<EngineKind, Check> = {
  postgres: checkPostgres,
  mysql: notYet,
  mssql: notYet,
  sqlite: notYet,
  duckdb: notYet,
};

/** Checks in this thread. @throws RangeError where the text is so deeply nested that the stack ran out */
export async function checkHere(sql: string, knowledge: GuardKnowledge, access: Access): Promise<Verdict> {
  try {
    // The only place where a statement becomes a checked one.
    return { ok: true, statement: (await checks[knowledge.engine](sql, knowledge, access)) as CheckedStatement };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}
