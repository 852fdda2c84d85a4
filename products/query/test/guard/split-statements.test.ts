import { describe, expect, it } from "vitest";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { splitStatements, statementAt } from "../../src/guard/text/split-statements.ts";

const split = (sql: string, engine: EngineKind) =>
  splitStatements(sql, engine).map(({ from, to }) => sql.slice(from, to));

describe("a text of several statements", () => {
  it("is cut at its semicolons, without comments and empty statements", () => {
    const sql = "-- first\nselect 1 ; ;\n/* second; */ select 'a;b' -- end\n;; ";
    expect(split(sql, "postgres")).toEqual(["select 1", "select 'a;b'"]);
  });

  it("keeps comments inside of a statement", () => {
    expect(split("select /* a;b */ 1; select 2", "mysql")).toEqual(["select /* a;b */ 1", "select 2"]);
  });

  it.each<[EngineKind, string, string[]]>([
    ["postgres", "select $a$;$b$;$a$; select $$;$$", ["select $a$;$b$;$a$", "select $$;$$"]],
    [
      "postgres",
      String.raw`select E'\';'; select '\'; select 3`,
      [String.raw`select E'\';'`, String.raw`select '\'`, "select 3"],
    ],
    ["postgres", "select 1 /* /* ; */ ; */ ; select 2", ["select 1", "select 2"]],
    ["sqlite", "select 1 /* /* ; */ ; select 2", ["select 1", "select 2"]],
    ["sqlite", 'select 1 as [a;b]; select `;`, ";"', ["select 1 as [a;b]", 'select `;`, ";"']],
    ["mysql", String.raw`select '\';', "a\";"; select 2 # ; x`, [String.raw`select '\';', "a\";"`, "select 2"]],
    ["mysql", "select 5--1; select 2 -- ;", ["select 5--1", "select 2"]],
    ["mssql", "select [a]];b]\nGO\nselect 2\ngo", ["select [a]];b]", "select 2"]],
    ["mssql", "select go from t", ["select go from t"]],
    ["duckdb", "from a; select $x$;$x$", ["from a", "select $x$;$x$"]],
    ["postgres", "select 'not closed; select 2", ["select 'not closed; select 2"]],
    ["postgres", "  \n-- nothing", []],
  ])("on %s: %s", (engine, sql, expected) => {
    expect(split(sql, engine)).toEqual(expected);
  });

  it("is cut at the right place behind emoji", () => {
    expect(split("select '🙂;'; select 2", "postgres")).toEqual(["select '🙂;'", "select 2"]);
  });

  it("knows which one stands at the cursor", () => {
    const sql = "select 1; select 2;\n\nselect 3";
    const at = (place: number) => {
      const found = statementAt(sql, "postgres", place);
      return found === null ? null : sql.slice(found.from, found.to);
    };
    expect([at(0), at(9), at(12), at(20), at(sql.length)]).toEqual([
      "select 1",
      "select 1",
      "select 2",
      "select 2",
      "select 3",
    ]);
    expect(statementAt("-- none", "postgres", 3)).toBeNull();
  });
});
