import { describe, expect, it } from "vitest";
import type { EngineKind } from "@mindmesh/contracts/query/engine";
import { bindParameters } from "../../src/statements/bind-parameters.ts";
import { findParameters } from "../../src/statements/find-parameters.ts";

const bound = (sql: string, engine: EngineKind) =>
  bindParameters(sql, engine, findParameters(sql, engine), { a: "1", b: "2", customer: "3", n: "4" });
const names = (sql: string, engine: EngineKind = "postgres") => findParameters(sql, engine).map(({ name }) => name);

describe("named parameters", () => {
  it("are found in the order of their use", () => {
    expect(names("select * from t where a = :first and b in (:second, :first) limit :count")).toEqual([
      "first",
      "second",
      "first",
      "count",
    ]);
  });

  it.each([
    ["a cast", "select a::int, '1'::text, b :: date"],
    ["a string", "select ':a', E'\\':b', $$:c$$, $x$ :d $x$"],
    ["a quoted name", 'select ":a" as ":b"'],
    ["a comment", "select 1 -- :a\n/* :b /* :c */ */"],
    ["a slice", "select a[1:n], a[:n], a[n:], a[lo :hi], a[f(1):n]"],
    ["a key of JSON", "select json_object('a':b, 'c' :d, e:f)"],
    ["an assignment", "select f(a := 1)"],
    ["a time", "select timestamp '2026-01-01 10:20:30'"],
  ])("are not taken from %s", (_what, sql) => {
    expect(names(sql)).toEqual([]);
  });

  it("may be values of JSON, elements of arrays and ends of casts", () => {
    expect(names("select json_object('a': :value), array[:one, :two], :text::int, -:number, a||:tail")).toEqual([
      "value",
      "one",
      "two",
      "text",
      "number",
      "tail",
    ]);
  });

  it("leave DuckDB's structs, aliases in front and lists alone", () => {
    expect(names("select {a: 1, 'b':c, d :e}, n:1, [1, 2][1:k] from t where x = :x", "duckdb")).toEqual(["x"]);
  });

  it("leave MySQL's variables and times alone", () => {
    expect(names("select @a, @b := 1, '10:20', \"x:y\", `a:b` from t where x = :x # :y", "mysql")).toEqual(["x"]);
  });

  it.each<[EngineKind, string, string[]]>([
    ["postgres", "select $1, $2, $1::int", ["1", "2"]],
    ["duckdb", "select $1, $2, $1::int", ["1", "2"]],
    ["sqlite", "select ?, ?, ?::int", ["1", "2", "1"]],
    ["mssql", "select @p1, @p2, @p1::int", ["1", "2"]],
    ["mysql", "select ?, ?, ?::int", ["1", "2", "1"]],
  ])("become the placeholders of %s", (engine, sql, values) => {
    expect(bound("select :a, :b, :a::int", engine)).toMatchObject({ sql, values });
  });

  it("let an error of the database be shown at its place in the text with names", () => {
    const text = "select :customer, :n, wrong from t";
    const { sql, askedPlace } = bound(text, "postgres");
    expect(sql).toBe("select $1, $2, wrong from t");
    const at = sql.indexOf("wrong");
    expect(askedPlace({ from: at, to: at + 5 })).toEqual({
      from: text.indexOf("wrong"),
      to: text.indexOf("wrong") + 5,
    });
    expect(askedPlace({ from: 3, to: sql.length })).toEqual({ from: 3, to: text.length });
    // The mark itself is the whole name.
    expect(askedPlace({ from: 7, to: 9 })).toEqual({ from: 7, to: 16 });
  });

  it("change nothing where there are none", () => {
    expect(bound("select a::int from t", "postgres")).toMatchObject({ sql: "select a::int from t", values: [] });
  });
});
