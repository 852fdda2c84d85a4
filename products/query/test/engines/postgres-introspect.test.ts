import { createTestDatabase } from "@mindmesh/test-support";
import { catalog as catalogShape } from "@mindmesh/contracts/query/catalog";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestSession, targetOf } from "./sessions.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let owner: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const read = async (samples = false, url = database.url) => {
  const session = await openTestSession(targetOf("postgres", url));
  try {
    const shares: number[] = [];
    const progress = (share: number) => void shares.push(share);
    const found = await session.introspect({ signal: new AbortController().signal, progress, samples });
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    return catalogShape.parse(found);
  } finally {
    await session.close();
  }
};

describe("the catalogue of a PostgreSQL database", () => {
  it("has tables with columns, keys, indexes, checks, comments, estimates and statistics", async () => {
    await owner.query(`
      CREATE SCHEMA shop;
      CREATE TYPE shop.state AS ENUM ('new', 'paid', 'gone');
      COMMENT ON TYPE shop.state IS 'how far it is';
      CREATE TABLE shop.customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(200) NOT NULL UNIQUE, born date);
      COMMENT ON TABLE shop.customers IS 'who buys';
      CREATE TABLE shop.orders (
        customer bigint NOT NULL REFERENCES shop.customers ON DELETE CASCADE ON UPDATE SET NULL, number int DEFAULT 7,
        price numeric(12,2) CHECK (price > 0), state shop.state, gross numeric GENERATED ALWAYS AS (price * 1.2) STORED,
        tags text[], extra jsonb, PRIMARY KEY (customer, number));
      COMMENT ON COLUMN shop.orders.price IS 'in euro';
      CREATE INDEX orders_open ON shop.orders (lower(number::text), price DESC) INCLUDE (tags) WHERE state = 'new';
      CREATE VIEW shop.paid AS SELECT customer, price FROM shop.orders WHERE state = 'paid';
      CREATE MATERIALIZED VIEW shop.sums AS SELECT sum(price) AS total FROM shop.orders;
      CREATE FUNCTION shop.twice(n int) RETURNS int IMMUTABLE SECURITY DEFINER LANGUAGE sql AS 'SELECT n * 2';
      COMMENT ON FUNCTION shop.twice IS 'doubles';
      INSERT INTO shop.customers (email, born) SELECT n || '@example.org', CASE WHEN n % 4 > 0 THEN date '2000-01-01' + n % 10 END FROM generate_series(1, 1000) n;
      INSERT INTO shop.orders SELECT n, 1, n, (ARRAY['new', 'new', 'paid'])[n % 3 + 1]::shop.state FROM generate_series(1, 1000) n;
      ANALYZE shop.customers, shop.orders`);
    const found = await read();
    expect(found.serverVersion).toMatch(/^PostgreSQL \d+/);
    expect(found.searchPath).toEqual(["public"]);
    const shop = found.tables.filter(({ schema }) => schema === "shop");
    expect(shop.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
      "customers: table",
      "orders: table",
      "paid: view",
      "sums: materialized view",
    ]);
    const [customers, orders, paid] = shop;
    expect(customers).toMatchObject({ comment: "who buys", rowEstimate: 1000, gap: null });
    expect(customers?.columns[0]).toMatchObject({
      name: "id",
      type: "bigint",
      kind: "integer",
      generated: "identity",
      nullable: false,
    });
    expect(customers?.columns[1]).toMatchObject({ type: "character varying(200)", length: 200, kind: "text" });
    expect(customers?.columns[2]?.statistics).toMatchObject({
      nullShare: 0.25,
      distinct: 10,
      common: [],
      minimum: null,
    });
    expect(customers?.uniqueKeys).toEqual([{ name: "customers_email_key", columns: ["email"] }]);
    expect(customers?.analyzedAt).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(orders?.primaryKey?.columns).toEqual(["customer", "number"]);
    expect(orders?.foreignKeys).toEqual([
      {
        name: "orders_customer_fkey",
        columns: ["customer"],
        to: { schema: "shop", name: "customers" },
        toColumns: ["id"],
        onDelete: "CASCADE",
        onUpdate: "SET NULL",
      },
    ]);
    expect(orders?.checks).toEqual([{ name: "orders_price_check", expression: "(price > (0)::numeric)" }]);
    expect(orders?.columns.map(({ name, kind, generated }) => `${name} ${kind} ${generated}`)).toEqual([
      "customer integer null",
      "number integer null",
      "price decimal null",
      "state enum null",
      "gross decimal computed",
      "tags array null",
      "extra json null",
    ]);
    expect(orders?.columns[2]).toMatchObject({ precision: 12, scale: 2, comment: "in euro" });
    expect(orders?.columns[3]?.enumValues).toEqual(["new", "paid", "gone"]);
    expect(orders?.indexes.find(({ name }) => name === "orders_open")).toMatchObject({
      parts: ["lower(number::text)", "price"],
      included: ["tags"],
      unique: false,
      method: "btree",
      condition: "(state = 'new'::shop.state)",
      valid: true,
    });
    expect(paid?.definition).toContain("FROM shop.orders");
    expect(found.enums).toContainEqual({
      schema: "shop",
      name: "state",
      values: ["new", "paid", "gone"],
      comment: "how far it is",
    });
    expect(found.functions.find(({ schema }) => schema === "shop")).toEqual({
      schema: "shop",
      name: "twice",
      arguments: "n integer",
      returns: "integer",
      kind: "function",
      language: "sql",
      volatility: "immutable",
      securityDefiner: true,
      comment: "doubles",
    });
  });

  it("has values only when samples are asked for", async () => {
    const plain = await read();
    const texts = (found: typeof plain) =>
      found.tables
        .flatMap(({ columns }) =>
          columns.flatMap(({ statistics }) => [...(statistics?.common ?? []), statistics?.minimum]),
        )
        .filter(Boolean);
    expect(texts(plain)).toEqual([]);
    const sampled = await read(true);
    const state = sampled.tables.find(({ schema, name }) => schema === "shop" && name === "orders")?.columns[3]
      ?.statistics;
    expect(state?.common.map(({ value }) => value)).toEqual(["new", "paid"]);
    expect(state?.common[0]?.share).toBeCloseTo(0.667, 2);
    const price = sampled.tables.find(({ name }) => name === "orders")?.columns[2]?.statistics;
    expect([price?.minimum, price?.maximum]).toEqual(
      ["1", "1000"].map((each) => expect.stringMatching(new RegExp(`^${each}`))),
    );
  });

  it("keeps names with quotes, dots, emoji and reserved words as they are", async () => {
    const names = ['a"b', "a.b", "\u{1F600} shop", "select", "Ünï", "it's", "new\nline"];
    for (const name of names) {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      await owner.query(
        `CREATE TABLE public.${quoted} (${quoted} int PRIMARY KEY, r int REFERENCES public.${quoted}); CREATE INDEX ON public.${quoted} (r)`,
      );
    }
    const found = await read();
    for (const name of names) {
      const table = found.tables.find((each) => each.name === name);
      expect(table?.columns.map((column) => column.name)).toEqual([name, "r"]);
      expect(table?.foreignKeys[0]).toMatchObject({ to: { schema: "public", name }, toColumns: [name] });
    }
  });

  it("shows a table of 1,600 columns", async () => {
    await owner.query(`CREATE TABLE wide (${Array.from({ length: 1600 }, (_, n) => `c${n} int`).join(", ")})`);
    const wide = (await read()).tables.find(({ name }) => name === "wide");
    expect(wide?.columns).toHaveLength(1600);
    expect(wide?.columns.at(-1)?.name).toBe("c1599");
  });

  it("tells of tables that the login may not read, and shows the others", async () => {
    const role = `reader_${database.url.slice(-8)}`;
    await owner.query(`
      CREATE TABLE open_one (a int); CREATE TABLE closed_one (a int); CREATE TABLE half_open (a int, b int);
      CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON open_one TO ${role}; GRANT SELECT (a) ON half_open TO ${role}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = "secret";
    try {
      const found = await read(true, url.href);
      const gap = (name: string) => found.tables.find((table) => table.name === name)?.gap;
      expect(gap("open_one")).toBe(null);
      expect(gap("closed_one")).toMatch(/may not read this table/);
      expect(gap("half_open")).toMatch(/some columns/);
      expect(found.gaps).toHaveLength(1);
    } finally {
      await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it("is read while tables come and go", async () => {
    const changes = new AbortController();
    const changing = (async () => {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      for (let n = 0; !changes.signal.aborted; n += 1) {
        await client.query(
          `CREATE TABLE come_and_go_${n} (a int PRIMARY KEY, b int CHECK (b > 0)); CREATE VIEW v_${n} AS SELECT * FROM come_and_go_${n}`,
        );
        await client.query(`DROP TABLE come_and_go_${n} CASCADE`);
      }
      await client.end();
    })();
    try {
      for (let n = 0; n < 10; n += 1) expect((await read()).tables.some(({ name }) => name === "wide")).toBe(true);
    } finally {
      changes.abort();
      await changing;
    }
  });

  it("is given up when a person cancels", async () => {
    const session = await openTestSession(targetOf("postgres", database.url));
    const cancel = new AbortController();
    const reading = session.introspect({ signal: cancel.signal, samples: false, progress: () => cancel.abort() });
    await expect(reading).rejects.toMatchObject({ kind: "cancelled" });
    await session.close();
  });
});
