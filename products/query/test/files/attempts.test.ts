import { createHash } from "node:crypto";
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StatementFailure, type Session } from "../../src/engines/engine.ts";
import { checkStatement } from "../../src/guard/check-statement.ts";
import type { CheckedStatement } from "../../src/guard/guard.ts";
import { collect, requestOf } from "../engines/sessions.ts";
import { attemptGroundsOnDuckdb, attemptsOnDuckdb } from "../guard/attempts-duckdb.ts";
import { attemptGroundsOnSqlite, attemptsOnSqlite } from "../guard/attempts-sqlite.ts";
import { makeSqlite, openFiles, testFolder, unguarded } from "./file-sessions.ts";

const engines = {
  sqlite: {
    attempts: attemptsOnSqlite,
    /** Past the guard these come to a result, and to none that does harm: SQLite compiles what stands before the `;` or the zero and no more. */
    harmlessAlone: [
      "rebuilds indexes",
      "hides behind a zero character",
      "matches a pattern that explodes",
      "stacks a change",
      "stacks behind a comment",
      "stacks behind what is no nested comment",
    ],
    make: (path: string) => makeSqlite(path, attemptGroundsOnSqlite),
    // What a statement could switch for those after it.
    settings: "SELECT (SELECT user_version FROM pragma_user_version), (SELECT foreign_keys FROM pragma_foreign_keys)",
  },
  duckdb: {
    attempts: attemptsOnDuckdb,
    harmlessAlone: ["reads a table by its name", "hides behind a zero character"],
    async make(path: string) {
      const instance = await DuckDBInstance.create(path);
      const connection = await instance.connect();
      await connection.run(attemptGroundsOnDuckdb);
      connection.closeSync();
      instance.closeSync();
    },
    settings: `SELECT list(name || '=' || value ORDER BY name)::text FROM duckdb_settings()
      WHERE name IN ('access_mode', 'enable_external_access', 'lock_configuration', 'memory_limit', 'threads', 'profiling_output', 'search_path')`,
  },
};

describe.each(["sqlite", "duckdb"] as const)("an attempt to do more than read in a file of %s", (engine) => {
  const { attempts, harmlessAlone, make, settings } = engines[engine];
  let files: Awaited<ReturnType<typeof testFolder>>;
  let path: string;
  let session: Session;
  beforeAll(async () => {
    await removeTraces();
    files = await testFolder();
    path = join(files.folder, "attempted");
    await make(path);
    session = await openFiles(engine, [{ path, format: engine, table: null }]);
  });
  afterAll(async () => {
    await session.close();
    await files.remove();
  });

  /** The file byte by byte, what lies beside it and where the attempts would put files, and how the engine is set. */
  async function state(): Promise<unknown> {
    const bytes = createHash("sha256").update(await readFile(path));
    const { rows } = await collect(session, requestOf(unguarded(engine, settings)));
    return [bytes.digest("hex"), await readdir(files.folder), await traces(), rows];
  }

  const limits = { seconds: 1, rows: 100, bytes: 1_000_000 };
  const attempt = (statement: CheckedStatement) =>
    collect(session, requestOf(statement, { limits })).catch((error: unknown) => error);
  const isBounded = (outcome: unknown) =>
    outcome instanceof StatementFailure || (outcome as Awaited<ReturnType<typeof collect>>).end.rows <= limits.rows;

  const knowledge = { engine, hidden: [], searchPath: ["main"], tables: [] };
  it.each(attempts.filter(({ caughtBy }) => caughtBy !== "guard"))(
    "$name: the guard lets it through, and it is ended",
    async ({ sql }) => {
      const before = await state();
      const verdict = await checkStatement(sql, knowledge, "read");
      if (!verdict.ok) throw new Error(verdict.refusal.reason);
      expect(await attempt(verdict.statement)).toSatisfy(isBounded);
      expect(await state()).toEqual(before);
    },
  );

  it.each(attempts)("$name: has no effect where somebody got past the guard", async ({ name, sql, caughtBy }) => {
    expect((await checkStatement(sql, knowledge, "read")).ok).toBe(caughtBy !== "guard");
    const before = await state();
    const outcome = await attempt(unguarded(engine, sql));
    expect(outcome).toSatisfy(isBounded);
    // The engine's own walls alone say no: its authorizer, its kind of statement, its settings, its limits.
    expect({ name, refused: outcome instanceof StatementFailure }).toEqual({
      name,
      refused: !harmlessAlone.includes(name),
    });
    expect(await state()).toEqual(before);
  });
});

const traces = async () => (await readdir("/tmp")).filter((name) => name.startsWith("attempt"));

async function removeTraces(): Promise<void> {
  for (const name of await traces()) await rm(join("/tmp", name), { recursive: true });
}
