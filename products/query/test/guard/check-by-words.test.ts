import { describe, expect, it } from "vitest";
import { type EngineKind, engineNames } from "@mindmesh/contracts/query/engine";
import { checkStatement } from "../../src/guard/check-statement.ts";
import type { Attempt } from "./attempt.ts";
import { attemptsOnDuckdb } from "./attempts-duckdb.ts";
import { attemptsOnMssql } from "./attempts-mssql.ts";
import { attemptsOnMysql } from "./attempts-mysql.ts";
import { attemptsOnSqlite } from "./attempts-sqlite.ts";
import { harmlessQueries } from "./harmless-queries.ts";
import { open } from "./knowledge.ts";

const attempts: Partial<Record<EngineKind, Attempt[]>> = {
  mysql: attemptsOnMysql,
  mssql: attemptsOnMssql,
  sqlite: attemptsOnSqlite,
  duckdb: attemptsOnDuckdb,
};

const engines = Object.keys(attempts) as (keyof typeof attempts)[];

describe.each(engines)("attempts on %s", (engine) => {
  const caught = (byGuard: boolean) =>
    (attempts[engine] ?? []).filter(({ caughtBy }) => (caughtBy === "guard") === byGuard);

  it.each(caught(true))("$name is refused: $sql", async ({ sql }) => {
    const verdict = await checkStatement(sql, open(engine), "read");
    expect(verdict).toMatchObject({ ok: false, refusal: { reason: expect.stringMatching(/\w+.*\.$/u) } });
  });

  it.each(caught(false))("$name is left to the session's rights and limits: $sql", async ({ sql }) => {
    expect(await checkStatement(sql, open(engine), "read")).toMatchObject({ ok: true, statement: { sql } });
  });
});

describe.each(engines)("harmless queries on %s", (engine) => {
  it.each(harmlessQueries(engine))(`$name passes on ${engineNames[engine]}`, async ({ sql }) => {
    expect(await checkStatement(sql, open(engine), "read")).toMatchObject({ ok: true, statement: { sql } });
  });
});

describe("harmless queries", () => {
  it("there are at least 300 of them on all databases together", () => {
    const all = (["postgres", ...engines] as EngineKind[]).flatMap((engine) => harmlessQueries(engine));
    expect(all.length).toBeGreaterThanOrEqual(300);
  });
});
