import { execFile } from "node:child_process";
import { readFile, readdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import { failure, limits, makeSqlite, never, openFiles, result, testFolder, unguarded } from "./file-sessions.ts";

const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";

let place: Awaited<ReturnType<typeof testFolder>>;
let path: string;
let session: Session;

const file = (name: string) => ({ path: name, format: "sqlite" as const, table: null });

beforeAll(async () => {
  place = await testFolder();
  path = join(place.folder, "books.db");
  makeSqlite(
    path,
    `CREATE TABLE authors ( -- People who write
       id INTEGER PRIMARY KEY,
       name TEXT NOT NULL CHECK (length(name) > 1), -- as on the cover
       /* of the person who taught them */
       teacher_id INTEGER REFERENCES authors (id) ON DELETE SET NULL
     );
     CREATE TABLE books (
       isbn TEXT NOT NULL, edition INTEGER NOT NULL,
       author_id INTEGER NOT NULL CONSTRAINT books_author REFERENCES authors,
       state TEXT CHECK (state IN ('planned', 'printed')),
       price DECIMAL(10, 2), pages INTEGER, double_pages INTEGER GENERATED ALWAYS AS (pages * 2) STORED,
       PRIMARY KEY (isbn, edition), CONSTRAINT fair CHECK (price >= 0)
     );
     CREATE TABLE "od""d.😀 table" ("select" INTEGER, "a b" TEXT);
     CREATE INDEX books_by_author ON books (author_id, lower(state) DESC) WHERE pages > 10;
     CREATE UNIQUE INDEX author_names ON authors (name);
     CREATE VIEW printed AS SELECT isbn FROM books WHERE state = 'printed';
     CREATE VIEW broken AS SELECT absent FROM nowhere;
     CREATE VIRTUAL TABLE words USING fts5(text);
     INSERT INTO authors VALUES (1, 'Ada', NULL), (2, 'Ben', 1);
     INSERT INTO books (isbn, edition, author_id, state, price, pages) VALUES ('1', 1, 1, 'printed', 9.5, 100), ('2', 1, 2, NULL, NULL, 20);
     INSERT INTO "od""d.😀 table" VALUES (1, 'x');
     INSERT INTO words VALUES ('hello world');`,
  );
  session = await openFiles("sqlite", [file(path)]);
});
afterAll(async () => {
  await session.close();
  await place.remove();
});

describe("values come as SQLite has them", () => {
  it.each([
    ["9223372036854775807", "9223372036854775807"],
    ["-9223372036854775808", "-9223372036854775808"],
    ["0.1", "0.1"],
    ["2.0", "2.0"],
    ["1e300", "1.0e+300"],
    ["9e999", "Inf"],
    ["-9e999", "-Inf"],
    ["NULL", null],
    ["x'00ff'", "\\x00ff"],
    ["'it''s'", "it's"],
    ["date('-4712-01-01')", "-4712-01-01"],
    ["char(97, 0, 98)", "a\0b"],
  ])("%s is %j", async (sql, cell) => {
    expect((await result(session, `SELECT ${sql} AS v`)).rows).toEqual([[cell]]);
  });

  it("names with quotes, dots, emoji and reserved words are names", async () => {
    const { columns, rows } = await result(session, 'SELECT "select", "a b" FROM "od""d.😀 table"');
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ["select", "integer"],
      ["a b", "text"],
    ]);
    expect(rows).toEqual([["1", "x"]]);
  });

  it("1,600 columns come in their order", async () => {
    const all = Array.from({ length: 1600 }, (_, n) => `${n} AS c${n}`);
    const { columns, rows } = await result(session, `SELECT ${all.join(", ")}`);
    expect(columns.at(-1)?.name).toBe("c1599");
    expect(rows).toEqual([all.map((_, n) => String(n))]);
  });

  it("bytes that are not UTF-8 are shown with a notice", async () => {
    const { rows, notices } = await result(session, "SELECT CAST(x'ff61' AS TEXT)");
    expect(rows).toEqual([["\ufffda"]]);
    expect(notices[0]).toContain("not UTF-8");
  });

  it("parameters are numbers where they look like numbers", async () => {
    const query = "SELECT name FROM authors WHERE id + 0 > ? AND name <> ?";
    expect((await result(session, query, { parameters: ["1", "Ada"] })).rows).toEqual([["Ben"]]);
  });

  it("a full-text index can be asked", async () => {
    expect((await result(session, "SELECT * FROM words WHERE words MATCH 'world'")).rows).toEqual([["hello world"]]);
  });
});

describe("limits", () => {
  it("the rest is left at the row limit, and the end says so", async () => {
    const { rows, end } = await result(session, "SELECT value FROM json_each('[1,2,3]')", { rows: 2 });
    expect(rows).toEqual([["1"], ["2"]]);
    expect(end).toMatchObject({ rows: 2, stoppedBy: "rows" });
  });

  it("as many rows as the limit are a whole result", async () => {
    const { end } = await result(session, "SELECT value FROM json_each('[1,2,3]')", { rows: 3 });
    expect(end).toMatchObject({ rows: 3, stoppedBy: null });
  });

  it("the rest is left at the byte limit", async () => {
    const many =
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 5000) SELECT printf('%0100d', x) FROM c";
    const { end } = await result(session, many, { bytes: 100_000 });
    expect(end.stoppedBy).toBe("bytes");
    expect(end.rows).toBeGreaterThan(900);
    expect(end.rows).toBeLessThan(1000);
  });

  it("a cell of 200 MB is cut and its size told, and memory is not", async () => {
    const { rows, cuts } = await result(session, "SELECT 1, zeroblob(50000000), printf('%.*c', 100000000, 'x')", {
      seconds: 120,
    });
    expect(rows[0]?.[2]).toHaveLength(65_536);
    expect(cuts).toEqual([
      { row: 0, column: 1, bytes: 50_000_000 },
      { row: 0, column: 2, bytes: 100_000_000 },
    ]);
  });

  it("a long cell of a row is given whole, in UTF-8 and in hexadecimal digits", async () => {
    const sql =
      "SELECT 1, '' UNION ALL SELECT 2, 'a' || replace(hex(zeroblob(300000)), '00', '🐙') UNION ALL SELECT 3, zeroblob(400000)";
    const text = await result(session, sql, { rows: 2, whole: { row: 1, column: 1 } });
    expect(text.whole === `a${"🐙".repeat(300_000)}`).toBe(true);
    expect((await result(session, sql, { whole: { row: 2, column: 1 } })).whole).toHaveLength(800_002);
  });

  it("a statement without end is stopped at its time limit, and the next one runs", async () => {
    const stopped = await failure(result(session, endless, { seconds: 1 }));
    expect(stopped).toMatchObject({ name: "StatementFailure", kind: "time" });
    expect((await result(session, "SELECT 1")).rows).toEqual([["1"]]);
  });

  it("a statement that is cancelled ends, and the next one runs", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const stopped = await failure(result(session, endless, { signal: controller.signal }));
    expect(stopped).toMatchObject({ kind: "cancelled" });
    expect((await result(session, "SELECT 1")).rows).toEqual([["1"]]);
  });

  it("a reader who goes away stops the statement", async () => {
    const statement = unguarded(
      "sqlite",
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
    );
    for await (const part of session.run({
      statement,
      parameters: [],
      limits: { ...limits, rows: 1_000_000 },
      signal: never,
    })) {
      if (part.type === "rows") break;
    }
    expect((await result(session, "SELECT 1")).rows).toEqual([["1"]]);
  });

  it("a child killed in mid-query is told as lost, and the next statement runs", async () => {
    const other = await openFiles("sqlite", [file(path)]);
    const lost = failure(result(other, endless));
    setTimeout(() => void killChildrenHolding(path), 400);
    expect(await lost).toMatchObject({ kind: "lost" });
    expect((await result(other, "SELECT 1")).rows).toEqual([["1"]]);
    await other.close();
  });
});

describe("nothing can be changed, guard or not", () => {
  it.each([
    "DELETE FROM books",
    "INSERT INTO authors VALUES (3, 'Cy', NULL) RETURNING id",
    "WITH x AS (SELECT 1) UPDATE authors SET name = 'zz'",
    "CREATE TABLE t (a)",
    "CREATE TEMP TABLE t (a)",
    "DROP TABLE books",
    "ALTER TABLE books ADD COLUMN x",
    "ATTACH DATABASE '/tmp/other.db' AS other",
    "VACUUM",
    "VACUUM INTO '/tmp/stolen.db'",
    "PRAGMA journal_mode = WAL",
    "PRAGMA writable_schema = ON",
    "PRAGMA user_version = 7",
    "PRAGMA database_list",
    "PRAGMA temp_store_directory = '/tmp'",
    "BEGIN IMMEDIATE",
    "SAVEPOINT a",
    "REINDEX",
    "ANALYZE",
    "SELECT load_extension('libm')",
    "SELECT fts3_tokenizer('simple', x'00')",
    "INSERT INTO words(words) VALUES ('rebuild')",
    "SELECT * FROM dbstat, (SELECT writefile('/tmp/x', 'y'))",
    "SELECT readfile('/etc/passwd')",
  ])("%s", async (sql) => {
    const before = await readFile(path);
    await failure(result(session, sql));
    expect((await readFile(path)).equals(before)).toBe(true);
    expect((await readdir(place.folder)).filter((name) => name.startsWith("books"))).toEqual(["books.db"]);
  });
});

describe("writing", () => {
  const write = (writer: Session, sql: string, commit: boolean, expectedRows: number | null = null) =>
    writer.write({
      statement: unguarded("sqlite", sql, "write"),
      parameters: [],
      limits,
      signal: never,
      commit,
      expectedRows,
    });

  it("a preview counts and changes nothing; a commit makes a new version and leaves the old one", async () => {
    const kept: string[] = [];
    const writer = await openFiles("sqlite", [file(path)], kept);
    const before = await readFile(path);
    expect(await write(writer, "UPDATE books SET pages = 1", false)).toEqual({ affectedRows: 2 });
    expect((await result(writer, "SELECT count(*) FROM books WHERE pages = 1")).rows).toEqual([["0"]]);
    expect(kept).toEqual([]);
    expect(await write(writer, "UPDATE books SET pages = 1", true, 2)).toEqual({ affectedRows: 2 });
    expect(kept).toHaveLength(1);
    expect((await result(writer, "SELECT count(*) FROM books WHERE pages = 1")).rows).toEqual([["2"]]);
    expect((await readFile(path)).equals(before)).toBe(true);
    await writer.close();
  });

  it("is refused when another number of rows would be affected by now, when a key would break, and by a read-only connection", async () => {
    const kept: string[] = [];
    const writer = await openFiles("sqlite", [file(path)], kept);
    expect((await failure(write(writer, "DELETE FROM words", true, 5))).message).toContain("not 5");
    expect((await failure(write(writer, "DELETE FROM authors WHERE id = 1", true))).message).toContain("FOREIGN KEY");
    expect((await failure(write(writer, "ATTACH 'x' AS x", true))).name).toBe("StatementFailure");
    expect((await failure(write(writer, "COMMIT", true))).name).toBe("StatementFailure");
    expect(kept).toEqual([]);
    await writer.close();
    expect(await failure(write(session, "DELETE FROM words", true))).toMatchObject({ kind: "rights" });
  });
});

describe("the schema", () => {
  it("tables, keys, checks, comments, indexes, views and statistics are read", async () => {
    const catalog = await session.introspect({ signal: never, progress: () => undefined, samples: true });
    const table = (name: string) => catalog.tables.find((each) => each.name === name);
    expect(catalog.tables.map(({ name }) => name)).toEqual([
      "authors",
      "books",
      "broken",
      'od"d.😀 table',
      "printed",
      "words",
    ]);
    expect(table("authors")).toMatchObject({
      comment: "People who write",
      rowEstimate: 2,
      primaryKey: { columns: ["id"] },
    });
    expect(table("authors")?.columns.map(({ name, comment, nullable }) => [name, comment, nullable])).toEqual([
      ["id", null, false],
      ["name", "as on the cover", false],
      ["teacher_id", "of the person who taught them", true],
    ]);
    expect(table("authors")?.uniqueKeys).toEqual([{ name: "author_names", columns: ["name"] }]);
    const books = table("books");
    expect(books?.primaryKey?.columns).toEqual(["isbn", "edition"]);
    expect(books?.foreignKeys).toMatchObject([
      { name: "books_author", columns: ["author_id"], to: { name: "authors" }, toColumns: ["id"] },
    ]);
    expect(books?.checks).toEqual([
      { name: null, expression: "state IN ('planned', 'printed')" },
      { name: "fair", expression: "price >= 0" },
    ]);
    const column = (name: string) => books?.columns.find((each) => each.name === name);
    expect(column("state")?.enumValues).toEqual(["planned", "printed"]);
    expect(column("price")).toMatchObject({ kind: "decimal", precision: 10, scale: 2 });
    expect(column("double_pages")?.generated).toBe("computed");
    expect(column("state")?.statistics).toMatchObject({ nullShare: 0.5, distinct: 1, minimum: "printed" });
    expect(books?.indexes.find(({ name }) => name === "books_by_author")).toMatchObject({
      parts: ["author_id", "lower(state) DESC"],
      condition: "pages > 10",
      unique: false,
    });
    expect(table("printed")).toMatchObject({ kind: "view", columns: [{ name: "isbn" }] });
    expect(table("broken")?.gap).toContain("nowhere");
    expect(catalog.gaps[0]).toContain("broken");
  });

  it("without leave for samples no value is read", async () => {
    const catalog = await session.introspect({ signal: never, progress: () => undefined, samples: false });
    const all = catalog.tables.flatMap(({ columns }) => columns.flatMap(({ statistics }) => statistics ?? []));
    expect(all.map(({ minimum, maximum, common }) => [minimum, maximum, common.length])).toEqual(
      all.map(() => [null, null, 0]),
    );
    expect(all.length).toBeGreaterThan(5);
  });

  it("a plan names table and index behind an alias", async () => {
    const statement = unguarded(
      "sqlite",
      "SELECT * FROM authors AS a JOIN books b ON b.author_id = a.id WHERE a.name = 'Ada'",
    );
    const plan = await session.plan({ statement, parameters: [], limits, signal: never, analyze: true });
    expect(plan.actualRows).toBe(1);
    expect(plan.children[0]).toMatchObject({ operation: "SEARCH", table: { name: "authors" }, index: "author_names" });
    expect(plan.children[1]).toMatchObject({ operation: "SCAN", table: { name: "books" } });
  });

  it("a mistake is pointed at", async () => {
    expect(await failure(result(session, "SELECT nam FROM authors"))).toMatchObject({
      kind: "syntax",
      place: { from: 7, to: 10 },
    });
  });
});

describe("files that are no whole database", () => {
  const opening = async (name: string, content: Buffer | string) => {
    const broken = join(place.folder, name);
    await writeFile(broken, content);
    return failure(openFiles("sqlite", [file(broken)]));
  };

  it("say what they are", async () => {
    expect(await opening("empty", "")).toMatchObject({ stage: "file", message: expect.stringContaining("empty") });
    expect((await opening("words", "hello ".repeat(100))).message).toContain("not a SQLite database");
    expect((await opening("script", "-- dump\nCREATE TABLE a (b);")).message).toContain("SQL script");
    expect((await opening("zip", Buffer.from("PK\u0003\u0004".padEnd(200)))).message).toContain("ZIP");
    expect((await opening("short", (await readFile(path)).subarray(0, 50))).message).toContain("breaks off");
  });

  it("a truncated one says how much is missing", async () => {
    const cut = join(place.folder, "cut.db");
    await writeFile(cut, await readFile(path));
    await truncate(cut, 8192);
    expect((await failure(openFiles("sqlite", [file(cut)]))).message).toMatch(/cut off: .* are missing/);
  });

  it("a damaged one says so where the damage is met", async () => {
    const damaged = await readFile(path);
    damaged.fill(0x5a, 4096, 4096 * 3);
    const broken = join(place.folder, "damaged.db");
    await writeFile(broken, damaged);
    const other = await openFiles("sqlite", [file(broken)]);
    expect((await failure(result(other, "SELECT * FROM authors, books"))).message).toContain("damaged");
    await other.close();
  });

  it("one in WAL mode opens with a warning, one that somebody else has locked opens", async () => {
    const wal = join(place.folder, "wal.db");
    makeSqlite(wal, "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    const holder = new DatabaseSync(wal);
    holder.exec("BEGIN EXCLUSIVE");
    const other = await openFiles("sqlite", [file(wal)]);
    expect((await other.report()).warnings[0]).toContain("WAL");
    expect((await result(other, "SELECT a FROM t")).rows).toEqual([["1"]]);
    holder.exec("COMMIT");
    holder.close();
    await other.close();
  });
});

/** Kills the processes of ours that have the file open. */
async function killChildrenHolding(name: string): Promise<void> {
  const { stdout } = await promisify(execFile)("pgrep", ["-P", String(process.pid)]);
  for (const pid of stdout.trim().split("\n").map(Number)) {
    const open = await promisify(execFile)("ls", ["-l", `/proc/${pid}/fd`]).catch(() => ({ stdout: "" }));
    if (open.stdout.includes(name)) process.kill(pid, "SIGKILL");
  }
}
