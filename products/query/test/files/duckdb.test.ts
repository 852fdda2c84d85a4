import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import writeExcelFile from "write-excel-file/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FileTarget, Session } from "../../src/engines/engine.ts";
import { failure, limits, never, openFiles, result, testFolder, unguarded } from "./file-sessions.ts";

const endless = "SELECT count(*) FROM range(100000000) a(i), range(100000000) b(j) WHERE (i * j) % 7 = 3";

let place: Awaited<ReturnType<typeof testFolder>>;
let path: string;
let session: Session;

const file = (name: string, format: FileTarget["files"][number]["format"] = "duckdb", table: string | null = null) => ({
  path: name,
  format,
  table,
});

async function makeDuckdb(name: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(name);
  const connection = await instance.connect();
  await connection.run(sql);
  connection.closeSync();
  instance.closeSync();
}

beforeAll(async () => {
  place = await testFolder();
  path = join(place.folder, "books.duckdb");
  await makeDuckdb(
    path,
    `CREATE TYPE state AS ENUM ('planned', 'printed');
     CREATE TABLE authors (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE);
     CREATE TABLE books (isbn VARCHAR, edition INTEGER, author_id INTEGER NOT NULL REFERENCES authors (id), state state,
       price DECIMAL(10, 2) CHECK (price >= 0), PRIMARY KEY (isbn, edition));
     CREATE INDEX books_author ON books (author_id);
     COMMENT ON TABLE authors IS 'People who write'; COMMENT ON COLUMN authors.name IS 'as on the cover';
     CREATE VIEW printed AS SELECT isbn FROM books WHERE state = 'printed';
     CREATE TABLE "od""d.😀 table" ("select" INTEGER);
     INSERT INTO authors VALUES (1, 'Ada'), (2, 'Ben'); INSERT INTO books VALUES ('1', 1, 1, 'printed', 9.5), ('2', 1, 2, NULL, NULL);
     INSERT INTO "od""d.😀 table" VALUES (1); CHECKPOINT`,
  );
  session = await openFiles("duckdb", [file(path)]);
});
afterAll(async () => {
  await session.close();
  await place.remove();
});

describe("values come as DuckDB has them", () => {
  it.each([
    ["170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"],
    ["12345678901234567890123456789.123456789::DECIMAL(38, 9)", "12345678901234567890123456789.123456789"],
    ["9223372036854775807", "9223372036854775807"],
    ["0.1::FLOAT", "0.1"],
    ["2::DOUBLE", "2.0"],
    ["'nan'::DOUBLE", "nan"],
    ["'-infinity'::DOUBLE", "-inf"],
    ["TIMESTAMP '2020-01-02 03:04:05.123456'", "2020-01-02 03:04:05.123456"],
    ["'infinity'::TIMESTAMP", "infinity"],
    ["TIMESTAMPTZ '2020-01-01 00:00:00+02'", "2019-12-31 22:00:00+00"],
    ["DATE '0044-03-15 (BC)'", "0044-03-15 (BC)"],
    ["INTERVAL '1 month 2 days'", "1 month 2 days"],
    ["[1, NULL, 3]", "[1, NULL, 3]"],
    ["{'a': 1, 'b': 'x'}", "{'a': 1, 'b': 'x'}"],
    ["'a\\x00b'::BLOB", "\\x610062"],
    ["'{\"a\": 1}'::JSON", '{"a": 1}'],
    ["uuid '8a6b2c43-c97f-4f3b-942c-9155dd52a295'", "8a6b2c43-c97f-4f3b-942c-9155dd52a295"],
    ["true", "true"],
    ["NULL", null],
  ])("%s is %j", async (sql, cell) => {
    expect((await result(session, `SELECT ${sql} AS v`)).rows).toEqual([[cell]]);
  });

  it("parameters take the type of their place", async () => {
    const sql = "SELECT isbn FROM books WHERE author_id = ? AND price > ? AND isbn = ?";
    expect((await result(session, sql, { parameters: ["1", "9.4", "1"] })).rows).toEqual([["1"]]);
    expect((await failure(result(session, sql, { parameters: ["x", "9.4", "1"] }))).message).toBe('"x" is no INTEGER.');
  });

  it("1,600 columns come in their order", async () => {
    const all = Array.from({ length: 1600 }, (_, n) => `${n} AS c${n}`);
    const { columns, rows } = await result(session, `SELECT ${all.join(", ")}`);
    expect(columns.at(-1)?.name).toBe("c1599");
    expect(rows).toEqual([all.map((_, n) => String(n))]);
  });

  it("names with quotes, dots, emoji and reserved words are names", async () => {
    expect((await result(session, 'SELECT "select" FROM "od""d.😀 table"')).rows).toEqual([["1"]]);
  });
});

describe("limits", () => {
  it("rows beyond the limit are left, and the end says so", async () => {
    const { rows, end } = await result(session, "SELECT i FROM range(10000) r(i)", { rows: 5_000 });
    expect(rows).toHaveLength(5_000);
    expect(end.stoppedBy).toBe("rows");
  });

  it("a long cell is cut and its size told; the same cell is given whole", async () => {
    const { rows, cuts, whole } = await result(session, "SELECT repeat('x', 20000000)", {
      whole: { row: 0, column: 0 },
    });
    expect(whole === "x".repeat(20_000_000)).toBe(true);
    expect(rows[0]?.[0]).toHaveLength(65_536);
    expect(cuts).toEqual([{ row: 0, column: 0, bytes: 20_000_000 }]);
  });

  it("a statement without end is stopped at its time limit and by cancelling, and the next one runs", async () => {
    expect(await failure(result(session, endless, { seconds: 1 }))).toMatchObject({ kind: "time" });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    expect(await failure(result(session, endless, { signal: controller.signal }))).toMatchObject({ kind: "cancelled" });
    expect((await result(session, "SELECT 1")).rows).toEqual([["1"]]);
  });

  it("a statement that wants all memory fails in words, and the next one runs", async () => {
    const hungry = "SELECT list(repeat('x', 1000) || i) FROM range(100000000) r(i)";
    const failed = await failure(result(session, hungry, { seconds: 60 }));
    expect(failed.message).toContain("more memory");
    expect((await result(session, "SELECT 1")).rows).toEqual([["1"]]);
  });
});

describe("nothing can be changed or reached, guard or not", () => {
  it.each([
    "INSERT INTO authors VALUES (3, 'Cy')",
    "CREATE TEMP TABLE t (a INTEGER)",
    "DROP TABLE books",
    "ATTACH ':memory:' AS m",
    "ATTACH '/tmp/other.duckdb'",
    "COPY authors TO '/tmp/stolen.csv'",
    "EXPORT DATABASE '/tmp/stolen'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/hostname')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET memory_limit = '100GB'",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "BEGIN TRANSACTION",
    "CHECKPOINT",
    "VACUUM",
    "SELECT 1; SELECT 2",
    "EXPLAIN ANALYZE INSERT INTO authors VALUES (9, 'x')",
  ])("%s", async (sql) => {
    const before = await readFile(path);
    await failure(result(session, sql));
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});

it("the schema is read with keys, checks, comments, enumerations and statistics", async () => {
  const catalog = await session.introspect({ signal: never, progress: () => undefined, samples: true });
  const table = (name: string) => catalog.tables.find((each) => each.name === name);
  expect(table("authors")).toMatchObject({ comment: "People who write", primaryKey: { columns: ["id"] } });
  expect(table("authors")?.columns[1]).toMatchObject({ comment: "as on the cover", nullable: false });
  expect(table("authors")?.uniqueKeys[0]?.columns).toEqual(["name"]);
  const books = table("books");
  expect(books?.primaryKey?.columns).toEqual(["isbn", "edition"]);
  expect(books?.foreignKeys).toMatchObject([{ columns: ["author_id"], to: { name: "authors" }, toColumns: ["id"] }]);
  expect(books?.checks[0]?.expression).toContain("price");
  expect(books?.columns.find(({ name }) => name === "state")).toMatchObject({
    kind: "enum",
    enumValues: ["planned", "printed"],
  });
  expect(books?.columns.find(({ name }) => name === "price")).toMatchObject({ precision: 10, scale: 2 });
  expect(books?.indexes.find(({ name }) => name === "books_author")?.parts).toEqual(["author_id"]);
  expect(table("printed")?.kind).toBe("view");
  expect(catalog.enums[0]).toMatchObject({ name: "state", values: ["planned", "printed"] });
  expect(catalog.gaps).toEqual([]);
});

it("a plan is a tree with estimates, and with times when it is run", async () => {
  const statement = unguarded(
    "duckdb",
    "SELECT name, count(*) FROM authors JOIN books ON author_id = id GROUP BY name",
  );
  const plan = await session.plan({ statement, parameters: [], limits, signal: never, analyze: true });
  const all = (node: typeof plan): (typeof plan)[] => [node, ...node.children.flatMap(all)];
  expect(new Set(all(plan).flatMap(({ table }) => table?.name ?? []))).toEqual(new Set(["authors", "books"]));
  expect(plan.actualMs).not.toBeNull();
});

it("a mistake is pointed at", async () => {
  expect(await failure(result(session, "SELECT 'é', nam FROM authors"))).toMatchObject({
    kind: "syntax",
    place: { from: 12, to: 15 },
  });
});

it("writing previews, commits into a new version, and leaves the old one", async () => {
  const kept: string[] = [];
  const writer = await openFiles("duckdb", [file(path)], kept);
  const write = (sql: string, commit: boolean, expectedRows: number | null = null) =>
    writer.write({
      statement: unguarded("duckdb", sql, "write"),
      parameters: [],
      limits,
      signal: never,
      commit,
      expectedRows,
    });
  const before = await readFile(path);
  expect(await write("UPDATE books SET edition = 2", false)).toEqual({ affectedRows: 2 });
  expect(kept).toEqual([]);
  expect(await write("UPDATE books SET edition = 2", true, 2)).toEqual({ affectedRows: 2 });
  expect(kept).toHaveLength(1);
  expect((await result(writer, "SELECT count(*) FROM books WHERE edition = 2")).rows).toEqual([["2"]]);
  expect((await failure(write("DELETE FROM books", true, 9))).message).toContain("not 9");
  expect((await failure(write("COPY books TO '/tmp/stolen.csv'", true))).name).toBe("StatementFailure");
  expect((await readFile(path)).equals(before)).toBe(true);
  await writer.close();
});

describe("files that are no database", () => {
  const csv = async (name: string, content: string | Buffer) => {
    const written = join(place.folder, name);
    await writeFile(written, content);
    return openFiles("duckdb", [file(written, "csv", "sales")]);
  };

  it("a CSV file is a table whose types keep every value", async () => {
    const opened = await csv(
      "exact.csv",
      'id;code;amount;long;day;when;yes;note;empty\n1;007;1.50;12345678901234567890;2024-01-31;2024-01-31 10:00;true;"a;b";\n2;010;-20.25;1;2024-02-01;2024-02-01T11:30:00;false;"";\n',
    );
    const { columns, rows } = await result(opened, "SELECT * FROM sales");
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "id BIGINT",
      "code VARCHAR",
      "amount DECIMAL(4,2)",
      "long DECIMAL(20,0)",
      "day DATE",
      "when TIMESTAMP",
      "yes BOOLEAN",
      "note VARCHAR",
      "empty VARCHAR",
    ]);
    expect(rows).toEqual([
      ["1", "007", "1.50", "12345678901234567890", "2024-01-31", "2024-01-31 10:00:00", "true", "a;b", null],
      ["2", "010", "-20.25", "1", "2024-02-01", "2024-02-01 11:30:00", "false", "", null],
    ]);
    await opened.close();
  });

  it("a CSV file with broken quoting says which lines and why, and keeps them", async () => {
    const opened = await csv(
      "broken.csv",
      'id,name,note\n1,"ok",a\n2,"bro"ken",b\n3,x,y,z\n4,"two\nlines",c\n5,e\n6,"said ""hi""",d\n7,"never closed,q\n8,z,z\n',
    );
    expect((await result(opened, "SELECT id, name FROM sales ORDER BY id")).rows).toEqual([
      ["1", "ok"],
      ["4", "two\nlines"],
      ["6", 'said "hi"'],
      ["8", "z"],
    ]);
    expect((await result(opened, "SELECT line, reason, text FROM sales_skipped ORDER BY line")).rows).toEqual([
      ["3", "a quote within the quoted value of column 2 is not doubled", '2,"bro"ken",b'],
      ["4", "4 values where there are 3 columns", "3,x,y,z"],
      ["7", "2 values where there are 3 columns", "5,e"],
      ["9", "a quote is opened and never closed", '7,"never closed,q'],
    ]);
    expect((await opened.report()).warnings[0]).toMatch(/^sales: 4 lines could not be read, the first is line 3/);
    await opened.close();
  });

  it("a file in UTF-16 or Windows-1252 is read as that", async () => {
    const wide = await csv("wide.csv", Buffer.from("\ufeffname,n\nZoë,1\n", "utf16le"));
    expect((await result(wide, "SELECT * FROM sales")).rows).toEqual([["Zoë", "1"]]);
    await wide.close();
    const old = await csv("old.csv", Buffer.from("name,n\nZo\u00eb,1\n", "latin1"));
    expect((await result(old, "SELECT * FROM sales")).rows).toEqual([["Zoë", "1"]]);
    expect((await old.report()).warnings[0]).toContain("Windows-1252");
    await old.close();
  });

  it("a Parquet file and a workbook are tables, side by side", async () => {
    const parquet = join(place.folder, "data.parquet");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT i, 'n' || i AS name FROM range(3) r(i)) TO '${parquet}'`);
    const workbook = join(place.folder, "book.xlsx");
    const header = ["Name", "Born", "Score"].map((value) => ({ value }));
    await writeExcelFile([
      header,
      [{ value: "Ada" }, { value: new Date("1815-12-10"), format: "yyyy-mm-dd" }, { value: 9.5 }],
    ]).toFile(workbook);
    const both = await openFiles("duckdb", [file(parquet, "parquet", "numbers"), file(workbook, "xlsx", "people")]);
    expect((await result(both, "SELECT * FROM numbers WHERE i = 2")).rows).toEqual([["2", "n2"]]);
    expect((await result(both, 'SELECT "Name", "Born", "Score" FROM people')).rows).toEqual([
      ["Ada", "1815-12-10", "9.5"],
    ]);
    const write = both.write({
      statement: unguarded("duckdb", "DELETE FROM people", "write"),
      parameters: [],
      limits,
      signal: never,
      commit: true,
      expectedRows: null,
    });
    expect(await failure(write)).toMatchObject({ kind: "rights" });
    await both.close();
  });

  it("a file that is damaged or something else says so", async () => {
    const opening = async (name: string, content: Buffer | string, format: "duckdb" | "parquet" | "xlsx") => {
      const written = join(place.folder, name);
      await writeFile(written, content);
      return (await failure(openFiles("duckdb", [file(written, format, format === "duckdb" ? null : "t")]))).message;
    };
    const whole = await readFile(path);
    expect(await opening("cut.duckdb", whole.subarray(0, 6000), "duckdb")).toMatch(/damaged or cut off/);
    expect(await opening("words.duckdb", "hello", "duckdb")).toMatch(/damaged or cut off/);
    expect(await opening("bad.parquet", "PAR1 and then nothing", "parquet")).toMatch(/cannot be read/);
    expect(await opening("bad.xlsx", "PK\u0003\u0004", "xlsx")).toMatch(/damaged/);
  });
});
