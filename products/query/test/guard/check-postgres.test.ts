import { describe, expect, it } from "vitest";
import { checkStatement } from "../../src/guard/check-statement.ts";
import { attemptsOnPostgres } from "./attempts-postgres.ts";
import { harmlessQueries } from "./harmless-queries.ts";
import { open } from "./knowledge.ts";

const short = (sql: string) => (sql.length > 120 ? `${sql.slice(0, 120)}…` : sql);

describe("attempts on PostgreSQL", () => {
  for (const { name, sql, caughtBy } of attemptsOnPostgres) {
    if (caughtBy === "guard") {
      it(`${name} is refused: ${short(sql)}`, async () => {
        const verdict = await checkStatement(sql, open("postgres"), "read");
        expect(verdict).toMatchObject({ ok: false, refusal: { reason: expect.stringMatching(/\w+.*\.$/u) } });
      });
    } else {
      // These look like any query: the catalogue, the planner or the limits of the session tell them apart.
      it(`${name} is left to the ${caughtBy}, with what it needs to know: ${short(sql)}`, async () => {
        const verdict = await checkStatement(sql, open("postgres"), "read");
        expect(verdict).toMatchObject({ ok: true, statement: { sql, access: "read" } });
        if (!verdict.ok || caughtBy === "session") return;
        const { functions, maybeCalls, types, operators, tables } = verdict.statement;
        const told = JSON.stringify([functions, maybeCalls, types, operators, tables]);
        expect(told).toMatch(/touch|run_text|label|\+!/u);
      });
    }
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
