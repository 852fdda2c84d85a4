import { describe, expect, it } from "vitest";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { checkStatement } from "../../src/guard/check-statement.ts";
import { tokensOf } from "../../src/guard/text/tokens.ts";
import type { Attempt } from "./attempt.ts";
import { attemptsOnDuckdb } from "./attempts-duckdb.ts";
import { attemptsOnMssql } from "./attempts-mssql.ts";
import { attemptsOnMysql } from "./attempts-mysql.ts";
import { attemptsOnPostgres } from "./attempts-postgres.ts";
import { attemptsOnSqlite } from "./attempts-sqlite.ts";
import { open } from "./knowledge.ts";

const attempts: [EngineKind, Attempt[]][] = [
  ["postgres", attemptsOnPostgres],
  ["mysql", attemptsOnMysql],
  ["mssql", attemptsOnMssql],
  ["sqlite", attemptsOnSqlite],
  ["duckdb", attemptsOnDuckdb],
];

/** Numbers that look like chance and are the same in every run (mulberry32 of Tommy Ettinger, public domain). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const otherCase = (text: string, next: () => number) =>
  text.replaceAll(/./gu, (sign) => (next() < 0.5 ? sign.toUpperCase() : sign.toLowerCase()));

/** The same statement in other letters, with other spaces and comments between its pieces. */
function mutated(sql: string, engine: EngineKind, next: () => number): string {
  const spaces = [" ", "\n", "\t", "  \n ", "/**/", "/* x */", "-- x\n", "/* ' */", '-- "\n'];
  let before = 0;
  let afterLine = false;
  return tokensOf(sql, engine)
    .map((token) => {
      const gap = sql.slice(before, token.from);
      const text = sql.slice(token.from, token.to);
      before = token.to;
      const other = spaces[Math.floor(next() * spaces.length)] ?? " ";
      // What ends a line, and a comment with it, goes on doing so.
      const space = gap === "" ? "" : afterLine ? `\n${other}` : other;
      afterLine = token.kind === "comment" && !text.startsWith("/*");
      return (space === "" ? "" : ` ${space} `) + (token.kind === "word" ? otherCase(text, next) : text);
    })
    .join("");
}

const mutations = 12;

/** In parentheses these are names of tables, numbers, or no SQL of any kind. */
const harmlessInside = /^(?:commit|shutdown|vacuum|reindex|analyze|checkpoint|\.shell.*|(?:xp|sp)_.*|1\).*)$/u;

describe.each(attempts)("attempts on %s in other letters, spaces and comments", (engine, all) => {
  const short = all.filter(({ caughtBy, sql }) => caughtBy === "guard" && sql.length < 1000);

  it(`none of ${short.length * mutations} gets through`, async () => {
    const next = chance(20_261_129);
    const through: string[] = [];
    for (const { sql } of short) {
      for (let round = 0; round < mutations; round += 1) {
        const text = mutated(sql, engine, next);
        const verdict = await checkStatement(text, open(engine), "read");
        if (verdict.ok) through.push(text);
      }
    }
    expect(through).toEqual([]);
  });

  it("nor in front of, behind or inside of a harmless query", async () => {
    const through: string[] = [];
    for (const { sql } of short.filter((attempt) => !harmlessInside.test(attempt.sql))) {
      for (const text of [
        `select 1; ${sql}`,
        `${sql}; select 1`,
        `select * from (${sql}) x`,
        `with x as (${sql}) select * from x`,
      ]) {
        const verdict = await checkStatement(text, open(engine), "read");
        if (verdict.ok) through.push(text);
      }
    }
    expect(through).toEqual([]);
  });
});
