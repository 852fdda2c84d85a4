import { existsSync } from "node:fs";
import { skipUnless } from "@mindmesh/test-support";
import type { Connection } from "mysql2/promise";
import mysql from "mysql2/promise";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { type Session, StatementFailure } from "../../src/engines/engine.ts";
import { checkStatement } from "../../src/guard/check-statement.ts";
import type { CheckedStatement, GuardKnowledge } from "../../src/guard/guard.ts";
import { attemptGroundsOnMysql, attemptsOnMysql } from "../guard/attempts-mysql.ts";
import { collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";

// The attempts name their database themselves, so that nothing else may use it meanwhile: no other file does.
skipUnless("mariaDb")("an attempt to do more than read in MariaDB, by its root", () => {
  let admin: Connection;
  let session: Session;
  const target = () => targetOf("mysql", `${inject("mariaDbUrl")}attempt`);
  beforeAll(async () => {
    admin = await mysql.createConnection({ uri: inject("mariaDbUrl") ?? "" });
    for (const statement of attemptGroundsOnMysql) await admin.query(statement);
    session = await openTestSession(target());
  });
  afterAll(async () => {
    await session.close();
    await admin.query("DROP DATABASE attempt");
    await admin.end();
  });

  /** Everything in the server that an attempt could leave behind. */
  async function state(): Promise<unknown> {
    const questions = [
      "SELECT (SELECT COUNT(*) FROM attempt.touched) AS touched, (SELECT JSON_ARRAYAGG(CONCAT(id, name, balance)) FROM attempt.customers) AS customers",
      "SELECT COUNT(*) AS logins FROM mysql.global_priv",
      "SELECT COUNT(*) AS routines FROM information_schema.routines",
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'attempt' ORDER BY 1",
      "SELECT COUNT(*) AS plugins FROM information_schema.plugins",
      "SELECT IS_USED_LOCK('attempt') AS l1, IS_USED_LOCK('a') AS l2, IS_USED_LOCK('x') AS l3",
      "SELECT @@global.read_only, @@global.general_log, @@global.general_log_file, @@global.max_connections, @@global.sql_mode, @@global.local_infile",
    ];
    const found: unknown[] = [];
    for (const question of questions) found.push((await admin.query(question))[0]);
    return [...found, existsSync("/tmp/attempt.txt"), existsSync("/tmp/attempt.bin")];
  }

  const limits = { seconds: 1, rows: 100, bytes: 1_000_000 };
  async function attempt(statement: CheckedStatement): Promise<unknown> {
    const isGone = await collect(session, requestOf(forged("mysql", "SELECT 1"))).then(
      () => false,
      () => true,
    );
    if (isGone) {
      await session.close();
      session = await openTestSession(target());
    }
    return collect(session, requestOf(statement, { limits })).catch((error: unknown) => error);
  }
  const isBounded = (outcome: unknown) =>
    outcome instanceof StatementFailure || (outcome as Awaited<ReturnType<typeof collect>>).end.rows <= limits.rows;

  it.each(attemptsOnMysql)("$name: has no effect where the guard has looked", async ({ sql, caughtBy }) => {
    const before = await state();
    const knowledge: GuardKnowledge = { engine: "mysql", hidden: [], searchPath: ["attempt"], tables: [] };
    const verdict = await checkStatement(sql, knowledge, "read");
    expect(verdict.ok).toBe(caughtBy !== "guard");
    const outcome = verdict.ok ? await attempt(verdict.statement) : null;
    expect(outcome === null || isBounded(outcome)).toBe(true);
    expect(await state()).toEqual(before);
  });

  it.each(attemptsOnMysql)("$name: has no effect where somebody got past the guard", async ({ sql }) => {
    const before = await state();
    expect(await attempt(forged("mysql", sql))).toSatisfy(isBounded);
    expect(await state()).toEqual(before);
  });
});
