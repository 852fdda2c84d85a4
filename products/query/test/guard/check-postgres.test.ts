import { describe, expect, it } from "vitest";
import { checkStatement } from "../../src/guard/check-statement.ts";
import type { CheckedStatement } from "../../src/guard/guard.ts";
import type { Attempt } from "./attempt.ts";
import { attemptsOnPostgres } from "./attempts-postgres.ts";
import { harmlessQueries } from "./harmless-queries.ts";
import { open } from "./knowledge.ts";

async function passed(sql: string): Promise<CheckedStatement> {
  const verdict = await checkStatement(sql, open("postgres"), "read");
  if (!verdict.ok) throw new Error(`${verdict.refusal.part}: ${verdict.refusal.reason}`);
  return verdict.statement;
}

const short = (sql: string) => (sql.length > 120 ? `${sql.slice(0, 120)}…` : sql);

describe("attempts on PostgreSQL", () => {
  const caught = (wall: Attempt["caughtBy"]) => attemptsOnPostgres.filter(({ caughtBy }) => caughtBy === wall);

  for (const { name, sql } of caught("guard")) {
    it(`${name} is refused: ${short(sql)}`, async () => {
      const verdict = await checkStatement(sql, open("postgres"), "read");
      expect(verdict).toMatchObject({ ok: false, refusal: { reason: expect.stringMatching(/\w+.*\.$/u) } });
    });
  }

  // These look like any query: the catalogue and the planner tell them apart.
  for (const { name, sql } of caught("second look")) {
    it(`${name} is left to the second look, with what it needs to know: ${short(sql)}`, async () => {
      const { functions, maybeCalls, types, operators, tables } = await passed(sql);
      const told = JSON.stringify([functions, maybeCalls, types, operators, tables]);
      expect(told).toMatch(/touch|run_text|label|\+!/u);
    });
  }

  // These are queries with a price: the planner's estimate, time, rows and bytes stop them.
  for (const { name, sql } of caught("session")) {
    it(`${name} is left to the limits of the session: ${short(sql)}`, async () => {
      expect(await passed(sql)).toMatchObject({ sql, access: "read", kind: "query", plannable: sql });
    });
  }
});

describe("harmless queries on PostgreSQL", () => {
  const queries = harmlessQueries("postgres");

  it("there are at least 150 kinds", () => {
    expect(queries.length).toBeGreaterThanOrEqual(150);
    expect(new Set(queries.map(({ sql }) => sql)).size).toBe(queries.length);
  });

  for (const { name, sql } of queries) {
    it(`${name} passes`, async () => {
      expect(await checkStatement(sql, open("postgres"), "read")).toMatchObject({ ok: true, statement: { sql } });
    });
  }
});
