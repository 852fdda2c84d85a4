import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { skipUnless } from "@mindmesh/test-support";
import { catalog as catalogShape } from "@mindmesh/contracts/query/catalog";
import { planNode } from "@mindmesh/contracts/query/engine";
import type { RowDataPacket } from "mysql2";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import { createMariaDatabase } from "./mariadb.ts";
import { type RequestSettings, collect, forged, openTestSession, requestOf, targetOf } from "./sessions.ts";

skipUnless("mariaDb")("a result from MariaDB", () => {
  let database: Awaited<ReturnType<typeof createMariaDatabase>>;
  let session: Session;
  beforeAll(async () => {
    database = await createMariaDatabase();
    session = await openTestSession(targetOf("mysql", database.url));
  });
  afterAll(async () => {
    await session.close();
    await database.drop();
  });
  const run = (sql: string, settings?: RequestSettings) => collect(session, requestOf(forged("mysql", sql), settings));
  const one = async (sql: string) => (await run(sql)).rows[0];
  const running = async (text: string) => {
    const [rows] = await database.admin.query<RowDataPacket[]>(
      "SELECT id FROM information_schema.processlist WHERE info LIKE ? AND id <> CONNECTION_ID()",
      [`%${text}%`],
    );
    return rows.length;
  };

  it("shows every value exactly as the database writes it", async () => {
    const digits = "9".repeat(35);
    await database.admin.query(
      `
      CREATE TABLE kinds (a bigint unsigned, b decimal(65,30), c double, d date, e datetime(6), f time, g varbinary(10), h bit(12), i enum('x','y'),
        j json, k text CHARACTER SET latin1, l year, m char(3), n float, o tinyint(1), p uuid, q point, r decimal(5,2) unsigned);
      INSERT INTO kinds VALUES (18446744073709551615, ${digits}.${"1".repeat(30)}, 1e308, '0000-00-00', '2024-02-29 23:59:59.999999', '-838:59:59', x'00ff', b'101',
        'y', '{"a": 1e400}', 'caf\u00e9', 2024, 'abc', 0.1, 1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', ST_GeomFromText('POINT(1 2)'), 1.5)`.replace(
        "INSERT",
        "SET sql_mode = ''; INSERT",
      ),
    );
    const { rows, columns } = await run("SELECT * FROM kinds");
    expect(rows[0]).toEqual([
      "18446744073709551615",
      `${digits}.${"1".repeat(30)}`,
      "1e308",
      "0000-00-00",
      "2024-02-29 23:59:59.999999",
      "-838:59:59",
      "\\x00ff",
      "\\x0005",
      "y",
      '{"a": 1e400}',
      "caf\u00e9",
      "2024",
      "abc",
      "0.1",
      "1",
      "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
      "\\x000000000101000000000000000000f03f0000000000000040",
      "1.50",
    ]);
    expect(columns.map(({ name, type, kind }) => `${name} ${type} ${kind}`)).toEqual([
      "a bigint unsigned integer",
      "b decimal(65,30) decimal",
      "c double float",
      "d date date",
      "e datetime timestamp",
      "f time time",
      "g varbinary(10) binary",
      "h bit(12) binary",
      "i enum enum",
      "j json json",
      "k text text",
      "l year integer",
      "m char(3) text",
      "n float float",
      "o tinyint integer",
      "p uuid uuid",
      "q geometry geometry",
      "r decimal(5,2) unsigned decimal",
    ]);
  });

  it("has its rows in order, in parts of about 64 kB, as many as there are", async () => {
    const { rows, parts, end } = await run("SELECT seq, REPEAT('x', 100) FROM seq_1_to_20000");
    expect(rows.every(([n], index) => n === String(index + 1))).toBe(true);
    expect(end).toMatchObject({ rows: 20_000, stoppedBy: null });
    expect(parts).toBeGreaterThan(20);
  });

  it("stops at the limits of rows and bytes and says so, and the session goes on", async () => {
    const sql = "SELECT seq FROM seq_1_to_1000";
    expect((await run(sql, { limits: { rows: 999 } })).end).toMatchObject({ rows: 999, stoppedBy: "rows" });
    expect((await run(sql, { limits: { rows: 1000 } })).end).toMatchObject({ rows: 1000, stoppedBy: null });
    const { end } = await run("SELECT REPEAT('x', 10000) FROM seq_1_to_100000", { limits: { bytes: 1_000_000 } });
    expect(end.stoppedBy).toBe("bytes");
    expect(end.rows).toBeLessThan(200);
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("cuts long cells between characters and says how long they are", async () => {
    const { rows, cuts } = await run("SELECT REPEAT('\u20ac', 30000), UNHEX(REPEAT('00', 100000)), 'end'");
    expect(rows[0]?.[0]).toBe("\u20ac".repeat(21_845));
    expect(rows[0]?.[2]).toBe("end");
    expect(cuts).toEqual([
      { row: 0, column: 0, bytes: 90_000 },
      { row: 0, column: 1, bytes: 100_000 },
    ]);
  });

  it("gives a long cell whole where it is asked for", async () => {
    const whole = async (column: number) => {
      const into = new PassThrough();
      const gone = text(into);
      await run("SELECT REPEAT('\u20ac', 3000000), UNHEX(REPEAT('0a', 100000))", { whole: { row: 0, column, into } });
      into.end();
      return gone;
    };
    expect((await whole(0)) === "\u20ac".repeat(3_000_000)).toBe(true);
    expect((await whole(1)) === `\\x${"0a".repeat(100_000)}`).toBe(true);
  });

  it("of a row of 200 MB is refused before it fills the memory", async () => {
    const own = await openTestSession(targetOf("mysql", database.url));
    const before = process.memoryUsage().rss;
    await expect(collect(own, requestOf(forged("mysql", "SELECT REPEAT('x', 200000000)")))).rejects.toThrow(
      /more than 16 MB/,
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
    await own.close();
  });

  it("shows text that is not valid UTF-8 with a replacement, and says so", async () => {
    await database.admin.query("CREATE TABLE broken (a text CHARACTER SET utf8mb4)");
    const { rows, notices } = await run("SELECT CONVERT(x'61ff62' USING binary), CAST('ok' AS CHAR)");
    expect(rows).toEqual([["\\x61ff62", "ok"]]);
    expect(notices).toEqual([]);
  });

  it("takes parameters as text, and question marks in texts are no parameters", async () => {
    const { rows } = await run("SELECT CAST(? AS SIGNED) + 1, ? IS NULL, '?', ?", {
      parameters: ["9007199254740993", null, "'; DROP TABLE x; -- \\"],
    });
    expect(rows).toEqual([["9007199254740994", "1", "?", "'; DROP TABLE x; -- \\"]]);
  });

  it("fails with the database's own words at their place", async () => {
    await expect(run("SELECT nothere FROM kinds")).rejects.toMatchObject({
      kind: "syntax",
      place: { from: 7, to: 14 },
    });
    await expect(run("SELECT 1 +\n FROM kinds")).rejects.toMatchObject({ kind: "syntax", place: { from: 12, to: 16 } });
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("takes too long and is ended by the database", async () => {
    await expect(
      run("SELECT COUNT(*) FROM seq_1_to_1000000000 a, seq_1_to_100 b", { limits: { seconds: 1 } }),
    ).rejects.toMatchObject({ kind: "time" });
    expect(await one("SELECT 1")).toEqual(["1"]);
  });

  it("is ended in the database when a person cancels", async () => {
    const cancel = new AbortController();
    const work = run("SELECT COUNT(*), 'mark1' FROM seq_1_to_1000000000 a, seq_1_to_100 b", { signal: cancel.signal });
    work.catch(() => undefined);
    await expect.poll(() => running("mark1"), { timeout: 10_000 }).toBe(1);
    cancel.abort();
    await expect(work).rejects.toMatchObject({ kind: "cancelled" });
    await expect.poll(() => running("mark1"), { timeout: 10_000 }).toBe(0);
  });

  it("is ended in the database when its reader leaves", async () => {
    const own = await openTestSession(targetOf("mysql", database.url));
    for await (const part of own.run(
      requestOf(forged("mysql", "SELECT seq, 'mark2' FROM seq_1_to_100000000"), { limits: { rows: 1_000_000 } }),
    )) {
      if (part.type === "rows") break;
    }
    await expect.poll(() => running("mark2"), { timeout: 10_000 }).toBe(0);
    await own.close();
  });

  it("is lost when the server ends the connection in mid-query", async () => {
    const own = await openTestSession(targetOf("mysql", database.url));
    const work = collect(
      own,
      requestOf(forged("mysql", "SELECT COUNT(*), 'mark3' FROM seq_1_to_1000000000 a, seq_1_to_100 b")),
    );
    work.catch(() => undefined);
    await expect.poll(() => running("mark3"), { timeout: 10_000 }).toBe(1);
    const [rows] = await database.admin.query<RowDataPacket[]>(
      "SELECT id FROM information_schema.processlist WHERE info LIKE '%mark3%' AND id <> CONNECTION_ID()",
    );
    await database.admin.query(`KILL ${rows[0]?.["id"]}`);
    await expect(work).rejects.toMatchObject({ kind: "lost" });
    await expect(collect(own, requestOf(forged("mysql", "SELECT 1")))).rejects.toMatchObject({ kind: "lost" });
    await own.close();
  });

  it("of a change is previewed without an effect, and kept when it is what was previewed", async () => {
    await database.admin.query(
      "CREATE TABLE items (id int PRIMARY KEY, n int) ENGINE = InnoDB; INSERT INTO items VALUES (1, 1), (2, 2), (3, 3)",
    );
    const statement = forged("mysql", "UPDATE items SET n = n + 10 WHERE id > 1", "write");
    expect(await session.write({ ...requestOf(statement), commit: false, expectedRows: null })).toEqual({
      affectedRows: 2,
    });
    expect((await run("SELECT n FROM items ORDER BY id")).rows).toEqual([["1"], ["2"], ["3"]]);
    await expect(session.write({ ...requestOf(statement), commit: true, expectedRows: 3 })).rejects.toMatchObject({
      kind: "refused",
    });
    await expect(
      session.write({ ...requestOf(forged("mysql", "DROP TABLE items", "write")), commit: false, expectedRows: null }),
    ).rejects.toMatchObject({ kind: "refused" });
    expect((await run("SELECT n FROM items ORDER BY id")).rows).toEqual([["1"], ["2"], ["3"]]);
    await session.write({ ...requestOf(statement), commit: true, expectedRows: 2 });
    expect((await run("SELECT n FROM items ORDER BY id")).rows).toEqual([["1"], ["12"], ["13"]]);
  });

  it("has a plan, with figures when it is run for them", async () => {
    const request = requestOf(
      forged(
        "mysql",
        "SELECT i.n, COUNT(*) FROM items i JOIN items j ON j.id = i.n WHERE i.n > 1 GROUP BY i.n ORDER BY 2",
      ),
    );
    const plan = planNode.parse(await session.plan({ ...request, analyze: false }));
    const all = (node: typeof plan): (typeof plan)[] => [node, ...node.children.flatMap((child) => all(child))];
    expect(
      all(plan)
        .flatMap(({ table }) => table?.name ?? [])
        .sort(),
    ).toEqual(["i", "j"]);
    const run = all(planNode.parse(await session.plan({ ...request, analyze: true })));
    expect(run.find(({ table }) => table?.name === "i")?.actualRows).toBe(3);
  });

  it("is told of in the catalogue with keys, checks, defaults and comments", async () => {
    await database.admin.query(`
      CREATE TABLE \`cu.st"o'mer \u00dc\` (id int AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL UNIQUE COMMENT 'how to reach', born date DEFAULT NULL,
        tax decimal(8,3) DEFAULT 0.5, twice decimal(9,3) AS (tax * 2) STORED, extra json, CHECK (tax > 0)) COMMENT 'who buys';
      CREATE TABLE orders (customer int, number int, state enum('new', 'it''s paid'), PRIMARY KEY (customer, number), KEY open_ones (state, number DESC),
        FOREIGN KEY (customer) REFERENCES \`cu.st"o'mer \u00dc\` (id) ON DELETE CASCADE);
      CREATE VIEW paid AS SELECT customer FROM orders WHERE state <> 'new';
      CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2;
      INSERT INTO orders SELECT NULL, 1, 'new' FROM DUAL WHERE FALSE`);
    const shares: number[] = [];
    const found = catalogShape.parse(
      await session.introspect({
        signal: new AbortController().signal,
        progress: (share) => void shares.push(share),
        samples: true,
      }),
    );
    expect(shares.at(-1)).toBe(1);
    expect(found.serverVersion).toMatch(/^MariaDB \d+/);
    const table = (name: string) => found.tables.find((each) => each.name === name);
    const customer = table("cu.st\"o'mer \u00dc");
    expect(customer).toMatchObject({
      comment: "who buys",
      primaryKey: { columns: ["id"] },
      uniqueKeys: [{ name: "email", columns: ["email"] }],
    });
    expect(
      customer?.columns.map(({ name, type, kind, nullable, generated }) => [name, type, kind, nullable, generated]),
    ).toEqual([
      ["id", "int(11)", "integer", false, "identity"],
      ["email", "varchar(100)", "text", false, null],
      ["born", "date", "date", true, null],
      ["tax", "decimal(8,3)", "decimal", true, null],
      ["twice", "decimal(9,3)", "decimal", true, "computed"],
      ["extra", "longtext", "json", true, null],
    ]);
    expect(customer?.columns[2]?.default).toBe(null);
    expect(customer?.checks.some(({ expression }) => expression === "`tax` > 0")).toBe(true);
    expect(table("orders")?.foreignKeys).toEqual([
      {
        name: "orders_ibfk_1",
        columns: ["customer"],
        to: { schema: new URL(database.url).pathname.slice(1), name: "cu.st\"o'mer \u00dc" },
        toColumns: ["id"],
        onDelete: "CASCADE",
        onUpdate: "RESTRICT",
      },
    ]);
    expect(table("orders")?.columns[2]?.enumValues).toEqual(["new", "it's paid"]);
    expect(table("orders")?.indexes.find(({ name }) => name === "open_ones")?.parts).toEqual(["state", "number"]);
    expect(table("paid")).toMatchObject({ kind: "view", definition: expect.stringContaining("orders") });
    expect(table("items")?.columns[1]?.statistics?.common.map(({ value }) => value)).toEqual(["1", "12", "13"]);
    expect(found.functions).toMatchObject([
      { name: "twice", arguments: "n int(11)", returns: "int(11)", volatility: "immutable" },
    ]);
  });

  it("comes with a report of what the login may do", async () => {
    const report = await session.report();
    expect(report.warnings.join("\n")).toMatch(/may do everything[\s\S]*not encrypted/);
    expect(report.leastPrivilegeScript).toContain("GRANT SELECT");
    await database.admin.query("CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'secret'");
    const name = new URL(database.url).pathname.slice(1);
    await database.admin.query(`GRANT SELECT ON ${name}.items TO reader@'127.0.0.1'`);
    const url = new URL(database.url);
    [url.username, url.password] = ["reader", "secret"];
    const reader = await openTestSession(targetOf("mysql", url.href));
    expect((await reader.report()).warnings).toEqual([expect.stringMatching(/not encrypted/)]);
    await expect(collect(reader, requestOf(forged("mysql", "SELECT * FROM kinds")))).rejects.toMatchObject({
      kind: "rights",
    });
    await reader.close();
    await database.admin.query("DROP USER reader@'127.0.0.1'");
  });

  it("of 1,600 columns comes in their order", async () => {
    const all = Array.from({ length: 1600 }, (_, n) => `${n} AS c${n}`);
    const { columns, rows } = await run(`SELECT ${all.join(", ")}`);
    expect(columns.at(-1)?.name).toBe("c1599");
    expect(rows).toEqual([all.map((_, n) => String(n))]);
  });

  it("is told of as far as the login may read, and refused by name beyond that", async () => {
    await database.admin.query(
      `CREATE TABLE seen (id int PRIMARY KEY); CREATE TABLE unseen (id int PRIMARY KEY);
       CREATE USER partial@'127.0.0.1' IDENTIFIED BY 'partial'; GRANT SELECT ON seen TO partial@'127.0.0.1'`,
    );
    const url = new URL(database.url);
    [url.username, url.password] = ["partial", "partial"];
    const partial = await openTestSession(targetOf("mysql", url.href));
    const { signal } = new AbortController();
    const { tables } = await partial.introspect({ signal, progress: () => undefined, samples: true });
    expect(tables.map(({ name }) => name)).toEqual(["seen"]);
    await expect(collect(partial, requestOf(forged("mysql", "SELECT * FROM unseen")))).rejects.toMatchObject({
      kind: "rights",
      message: expect.stringContaining("unseen"),
    });
    expect((await collect(partial, requestOf(forged("mysql", "SELECT count(*) FROM seen")))).rows).toEqual([["0"]]);
    await partial.close();
    await database.admin.query("DROP USER partial@'127.0.0.1'; DROP TABLE seen, unseen");
  });

  it("is refused to a wrong password and an unknown database, each with its reason", async () => {
    const target = targetOf("mysql", database.url);
    await expect(openTestSession({ ...target, secret: { password: "wrong", ssh: null } })).rejects.toMatchObject({
      stage: "login",
    });
    await expect(
      openTestSession({ ...target, settings: { ...target.settings, database: "nothere" } }),
    ).rejects.toMatchObject({ stage: "database" });
    await expect(
      openTestSession({ ...target, settings: { ...target.settings, tls: "require" } }),
    ).rejects.toMatchObject({ stage: "tls" });
  });
});
