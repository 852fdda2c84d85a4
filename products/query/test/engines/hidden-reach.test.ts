import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { createTestDatabase, skipUnless } from "@mindmesh/test-support";
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it, test } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import type { HiddenHere } from "../../src/guard/guard.ts";
import { makeSqlite, openFiles, testFolder } from "../files/file-sessions.ts";
import { type Answer, startTdsServer } from "./tds-server.ts";
import { collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";

// The session alone, as if the guard knew nothing of what was made since the schema was read.
const hiding = (session: Session, sql: string, hidden: HiddenHere[]) =>
  requestOf({ ...forged(session.engine, sql), hidden });
const usual = (schema: string): HiddenHere[] => [
  { schema, table: "salaries", column: null },
  { schema, table: "customers", column: "email" },
];
const run = (session: Session, sql: string, schema: string) => collect(session, hiding(session, sql, usual(schema)));
const asked = { kind: "refused", message: expect.stringMatching(/hidden here/u) };

const grounds = [
  "CREATE TABLE salaries (id integer PRIMARY KEY, amount integer)",
  "INSERT INTO salaries VALUES (1, 4711)",
  "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(50), email varchar(50))",
  "INSERT INTO customers VALUES (1, 'Ada', 'ada@example.org')",
  "CREATE VIEW paid AS SELECT amount FROM salaries",
  "CREATE VIEW paid_again AS SELECT amount + 1 AS more FROM paid",
  "CREATE VIEW addresses AS SELECT id, email AS contact FROM customers",
  "CREATE VIEW people AS SELECT id, name FROM customers",
];
const shown = [
  "SELECT * FROM paid",
  "SELECT more FROM paid_again",
  "SELECT p.id FROM people p WHERE EXISTS (SELECT 1 FROM paid)",
  "WITH x AS (SELECT contact FROM addresses) SELECT count(*) FROM x",
];
const harmless = ["SELECT * FROM people", "SELECT count(*) FROM customers", "SELECT name FROM people WHERE id = 1"];

describe("what is hidden in PostgreSQL, by what was made since its schema was read", () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let session: Session;
  beforeAll(async () => {
    database = await createTestDatabase();
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    for (const statement of grounds) await owner.query(statement);
    await owner.query(`
      CREATE MATERIALIZED VIEW kept_pay AS SELECT sum(amount) AS total FROM salaries;
      CREATE VIEW whole_rows AS SELECT id, to_jsonb(c) AS all_of_it FROM customers c;
      CREATE FUNCTION pay() RETURNS integer LANGUAGE sql STABLE AS 'SELECT max(amount) FROM salaries';
      CREATE FUNCTION pay_of_paid() RETURNS integer LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT max(amount) FROM paid); END';
      CREATE FUNCTION pay_of_call() RETURNS integer LANGUAGE sql STABLE AS 'SELECT pay()';
      CREATE FUNCTION pay_of_text() RETURNS integer LANGUAGE plpgsql STABLE AS
        $$ DECLARE n integer; BEGIN EXECUTE 'SELECT max(amount) FROM sal' || 'aries' INTO n; RETURN n; END $$;
      CREATE FUNCTION pay_by_xml() RETURNS xml LANGUAGE sql STABLE AS $$ SELECT query_to_xml('SELECT * FROM sal' || 'aries', true, true, '') $$;
      CREATE FUNCTION contact(people) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM customers WHERE id = $1.id';
      CREATE FUNCTION more_pay(integer, integer) RETURNS integer LANGUAGE sql STABLE AS 'SELECT max(amount) FROM salaries';
      CREATE AGGREGATE all_pay(integer) (SFUNC = more_pay, STYPE = integer, INITCOND = '0');
      CREATE FUNCTION double(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1';
      CREATE TABLE shifts (id integer, day date) PARTITION BY RANGE (day);
      CREATE TABLE shifts_2026 PARTITION OF shifts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
      CREATE TABLE bonuses () INHERITS (salaries)`);
    await owner.end();
    session = await openTestSession(targetOf("postgres", database.url));
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });

  it.each([
    ...shown,
    "SELECT total FROM kept_pay",
    "SELECT all_of_it FROM whole_rows",
    "SELECT pay()",
    "SELECT pay_of_paid()",
    "SELECT pay_of_call()",
    "SELECT pay_of_text()",
    "SELECT pay_by_xml()",
    "SELECT people.contact FROM people",
    "SELECT contact(p) FROM people p",
    "SELECT all_pay(id) FROM people",
    "SELECT amount FROM bonuses",
    'SELECT * FROM U&"\\0070aid"',
  ])("does not come to light by: %s", async (sql) => {
    await expect(run(session, sql, "public")).rejects.toMatchObject(asked);
  });

  it("does not come to light by the whole of which a hidden part is one", async () => {
    const hidden = [{ schema: "public", table: "shifts_2026", column: null }];
    await expect(collect(session, hiding(session, "SELECT count(*) FROM shifts", hidden))).rejects.toMatchObject(asked);
  });

  it.each([...harmless, "SELECT double(21)", "SELECT count(*) FROM shifts"])("leaves alone: %s", async (sql) => {
    await expect(run(session, sql, "public")).resolves.toBeTruthy();
  });

  it("does not come to light by an operator of the database's own", async () => {
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    await owner.query("CREATE OPERATOR @@@ (LEFTARG = integer, RIGHTARG = integer, FUNCTION = more_pay)");
    await expect(run(session, "SELECT 1 @@@ 1", "public")).rejects.toMatchObject(asked);
    await owner.query("DROP OPERATOR @@@ (integer, integer)");
    await owner.end();
  });
});

skipUnless("mariaDb")("what is hidden in MariaDB, by what was made since its schema was read", () => {
  let admin: mysql.Connection;
  let session: Session;
  beforeAll(async () => {
    const address = inject("mariaDbUrl") ?? "";
    admin = await mysql.createConnection({ uri: address });
    await admin.query("CREATE DATABASE hidden_reach");
    await admin.query("USE hidden_reach");
    for (const statement of grounds) await admin.query(statement);
    await admin.query("CREATE FUNCTION pay() RETURNS integer READS SQL DATA RETURN (SELECT MAX(amount) FROM salaries)");
    await admin.query("CREATE FUNCTION twice(n integer) RETURNS integer DETERMINISTIC RETURN 2 * n");
    session = await openTestSession(targetOf("mysql", `${address}hidden_reach`));
  });
  afterAll(async () => {
    await session.close();
    await admin.query("DROP DATABASE hidden_reach");
    await admin.end();
  });

  it.each([...shown, "SELECT pay()", "SELECT `pay`()", "SELECT * FROM `paid`"])(
    "does not come to light by: %s",
    async (sql) => {
      await expect(run(session, sql, "hidden_reach")).rejects.toMatchObject(asked);
    },
  );

  it.each([...harmless, "SELECT twice(21)"])("leaves alone: %s", async (sql) => {
    await expect(run(session, sql, "hidden_reach")).resolves.toBeTruthy();
  });
});

describe.each(["sqlite", "duckdb"] as const)("what is hidden in a file of %s, by what is in it", (engine) => {
  let files: Awaited<ReturnType<typeof testFolder>>;
  let session: Session;
  const more = {
    sqlite: [],
    duckdb: [
      "CREATE MACRO pay() AS (SELECT max(amount) FROM salaries)",
      "CREATE MACRO pays() AS TABLE SELECT * FROM salaries",
      "CREATE MACRO twice(n) AS 2 * n",
    ],
  };
  beforeAll(async () => {
    files = await testFolder();
    const path = join(files.folder, "shop");
    const statements = [...grounds, ...more[engine]];
    if (engine === "sqlite") makeSqlite(path, statements.join(";"));
    else {
      const instance = await DuckDBInstance.create(path);
      const connection = await instance.connect();
      for (const statement of statements) await connection.run(statement);
      connection.closeSync();
      instance.closeSync();
    }
    session = await openFiles(engine, [{ path, format: engine, table: null }]);
  });
  afterAll(async () => {
    await session.close();
    await files.remove();
  });
  const calls = {
    sqlite: ["SELECT * FROM 'paid'", "SELECT email FROM customers"],
    duckdb: ["SELECT pay()", "FROM pays()"],
  };

  it.each([...shown, ...calls[engine]])("does not come to light by: %s", async (sql) => {
    await expect(run(session, sql, "main")).rejects.toMatchObject(asked);
    await expect(session.plan({ ...hiding(session, sql, usual("main")), analyze: true })).rejects.toMatchObject(asked);
  });

  it.each([...harmless, ...(engine === "duckdb" ? ["SELECT twice(21)"] : [])])("leaves alone: %s", async (sql) => {
    await expect(run(session, sql, "main")).resolves.toBeTruthy();
  });
});

test("what is hidden does not come to light by what a full-text index of SQLite keeps", async () => {
  const files = await testFolder();
  const path = join(files.folder, "notes");
  makeSqlite(path, "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('secret words')");
  const session = await openFiles("sqlite", [{ path, format: "sqlite", table: null }]);
  try {
    const hidden = [{ schema: "main", table: "notes", column: null }];
    const request = hiding(session, "SELECT c0 FROM notes_content", hidden);
    await expect(collect(session, request)).rejects.toMatchObject(asked);
  } finally {
    await session.close();
    await files.remove();
  }
});

describe("what is hidden in SQL Server, by a server that speaks its protocol", () => {
  let server: Awaited<ReturnType<typeof startTdsServer>>;
  let session: Session;
  const kept = (name: string, text: string | null): Answer => ({
    columns: [
      { name: "s", type: "nvarchar" },
      { name: "n", type: "nvarchar" },
      { name: "t", type: "nvarchar" },
    ],
    rows: [["dbo", name, text]],
  });
  beforeAll(async () => {
    server = await startTdsServer({
      password: "secret",
      answer: (sql) => {
        if (sql.includes("ProductMajorVersion")) return { columns: [{ name: "v", type: "bigint" }], rows: [["16"]] };
        if (!sql.includes("sys.sql_modules")) return { columns: [], rows: [] };
        if (sql.includes("N'paid_again'"))
          return kept("paid_again", "CREATE VIEW paid_again AS SELECT amount FROM dbo.paid");
        if (sql.includes("N'paid'")) return kept("paid", "CREATE VIEW paid AS SELECT amount FROM [salaries]");
        if (sql.includes("N'other_name'")) return kept("other_name", "SELECT * FROM [shop].[dbo].[salaries]");
        if (sql.includes("N'locked'")) return kept("locked", null);
        return { columns: [], rows: [] };
      },
    });
    session = await openTestSession(targetOf("mssql", `mssql://sa:secret@127.0.0.1:${server.port}/shop`));
  });
  afterAll(async () => {
    await session.close();
    await server.close();
  });

  it.each(["SELECT amount FROM dbo.paid_again", "SELECT * FROM other_name", "SELECT 1 FROM locked"])(
    "does not come to light by: %s",
    async (sql) => {
      await expect(run(session, sql, "dbo")).rejects.toMatchObject(asked);
    },
  );

  it("leaves alone what shows nothing of it", async () => {
    await expect(run(session, "SELECT name FROM dbo.people", "dbo")).resolves.toBeTruthy();
  });
});
