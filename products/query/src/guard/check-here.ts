import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Access, CheckedStatement, GuardKnowledge, StatementFacts, Verdict } from "./guard.ts";
import { checkPostgres } from "./postgres/check-postgres.ts";
import { Refused } from "./refused.ts";
import { checkByWords } from "./words/check-by-words.ts";
import { duckdbRules } from "./words/duckdb-rules.ts";
import { mssqlRules } from "./words/mssql-rules.ts";
import { mysqlRules } from "./words/mysql-rules.ts";
import { sqliteRules } from "./words/sqlite-rules.ts";
import type { WordRules } from "./words/word-rules.ts";

type Check = (sql: string, knowledge: GuardKnowledge, access: Access) => StatementFacts | Promise<StatementFacts>;

const byWords =
  (rules: WordRules): Check =>
  (sql, knowledge, access) =>
    checkByWords(rules, sql, knowledge, access);

const checks: Record<EngineKind, Check> = {
  postgres: checkPostgres,
  mysql: byWords(mysqlRules),
  mssql: byWords(mssqlRules),
  sqlite: byWords(sqliteRules),
  duckdb: byWords(duckdbRules),
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
