import type { CatalogIndex } from "@mindmesh/contracts/query/catalog";
import type { Finding, FindingKind } from "@mindmesh/contracts/query/optimise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaFindings } from "../../src/optimise/read-health.ts";
import { shop as shopCatalog } from "../ask/shop-catalog.ts";
import { type ShopServer, startShopServer } from "../ask/shop-server.ts";

let shop: ShopServer;
beforeAll(async () => {
  shop = await startShopServer();
}, 120_000);
afterAll(() => shop?.close());

const optimise = (sql: string) => shop.as().optimiseStatement({ params: shop.params, body: { sql } });

async function finding(sql: string, kind: FindingKind): Promise<Finding> {
  const { findings, problem } = await optimise(sql);
  const found = findings.find((each) => each.kind === kind);
  if (!found) throw new Error(`no ${kind}: ${JSON.stringify({ problem, kinds: findings.map((each) => each.kind) })}`);
  return found;
}

describe("one statement", () => {
  test("a missing index is proposed with its statement and proved by plans before and after, and nothing is changed", async () => {
    const found = await finding("SELECT path FROM shop.visits WHERE code = '17'", "missing index");
    expect(found).toMatchObject({
      verdict: "proved",
      table: { schema: "shop", name: "visits" },
      statement: "CREATE INDEX CONCURRENTLY visits_code_idx ON shop.visits (code);",
      evidence: { way: "copy", note: expect.stringContaining("20,000 rows in place of 60,000") },
    });
    expect(JSON.stringify(found.evidence?.beforePlan)).toContain("Seq Scan");
    expect(JSON.stringify(found.evidence?.afterPlan)).toMatch(/Index|Bitmap/);
    expect(found.evidence?.after).toBeLessThan((found.evidence?.before ?? 0) / 10);
    const { rows } = await shop.shop.query("SELECT 1 FROM pg_indexes WHERE indexname = 'visits_code_idx'");
    expect(rows).toEqual([]);
  });

  test("the proof agrees with what the database does once the index is really there", async () => {
    const sql = "SELECT path FROM shop.visits WHERE customer_id = 5 AND seen_at >= '2025-01-01'";
    const found = await finding(sql, "missing index");
    expect(found.statement).toContain("(customer_id, seen_at)");
    await shop.shop.query("BEGIN");
    const cost = async () => {
      const { rows } = await shop.shop.query(`EXPLAIN (FORMAT JSON) ${sql}`);
      return rows[0]["QUERY PLAN"][0].Plan["Total Cost"] as number;
    };
    const before = await cost();
    await shop.shop.query((found.statement ?? "").replace("CONCURRENTLY ", ""));
    const after = await cost();
    await shop.shop.query("ROLLBACK");
    expect(after).toBeLessThan(before);
    expect(found.verdict).toBe("proved");
  });

  test("an index that would not be used is said to bring nothing", async () => {
    const { findings } = await optimise("SELECT count(*) FROM shop.visits WHERE seen_at >= '1990-01-01'");
    const index = findings.find(({ kind }) => kind === "missing index");
    expect(index?.verdict).toBe("no gain");
  });

  test("an index that is there is not proposed again, also as the first columns of a wider one", async () => {
    await shop.shop.query("CREATE INDEX visits_seen ON shop.visits (seen_at, path)");
    await shop.refresh();
    const { findings } = await optimise("SELECT path FROM shop.visits WHERE seen_at = '2024-02-01'");
    expect(findings.map(({ kind }) => kind)).not.toContain("missing index");
  });

  test("a date cut from a moment is written as a range, and both are planned by the database", async () => {
    const found = await finding("SELECT id FROM shop.visits WHERE seen_at::date = '2024-05-01'", "function on column");
    expect(found).toMatchObject({ verdict: "proved", evidence: { way: "database" } });
    expect(found.rewrite).toContain("seen_at >= '2024-05-01' AND seen_at < '2024-05-02'");
  });

  test("a year cut from a moment keeps the other conditions", async () => {
    const found = await finding(
      "SELECT id FROM shop.visits WHERE extract(year from seen_at) = 2024 AND code = '3'",
      "function on column",
    );
    expect(found.rewrite).toMatch(/seen_at >= '2024-01-01' AND seen_at < '2025-01-01'\s+AND code = '3'/);
  });

  test("an expression gets an index of its own", async () => {
    const found = await finding("SELECT id FROM shop.visits WHERE lower(path) = '/page/7'", "function on column");
    expect(found).toMatchObject({ verdict: "proved", statement: expect.stringMatching(/\(lower\(path\)\)/i) });
  });

  test.each([
    ["SELECT id FROM shop.visits WHERE path LIKE '%7'", "leading wildcard", "gin_trgm_ops"],
    ["SELECT id FROM shop.visits WHERE customer_id = 5.0", "implicit cast", ""],
    ["SELECT id FROM shop.visits WHERE code = '1' OR customer_id = 2", "or over columns", "CREATE INDEX"],
    ["SELECT id FROM shop.visits ORDER BY id OFFSET 50000 LIMIT 10", "offset paging", ""],
  ] as const)("%s", async (sql, kind, statement) => {
    const found = await finding(sql, kind);
    expect(found.statement ?? "").toContain(statement);
  });

  test("deep pages cost what they skip", async () => {
    const found = await finding("SELECT id FROM shop.visits ORDER BY id LIMIT 10 OFFSET 50000", "offset paging");
    expect(found).toMatchObject({ verdict: "proved", evidence: { way: "database" } });
    expect(found.explanation).toContain("WHERE visits.id > that value");
  });

  test("a writing statement, an unknown table and a viewer are turned away", async () => {
    expect(await optimise("DELETE FROM shop.visits")).toMatchObject({
      findings: [],
      problem: { refusal: expect.anything() },
    });
    expect((await optimise("SELECT 1 FROM shop.visit")).problem?.message).toContain("did you mean visits?");
    const viewer = await shop.join("Viewer", "viewer");
    await expect(
      shop.as(viewer).optimiseStatement({ params: shop.params, body: { sql: "SELECT 1" } }),
    ).rejects.toMatchObject({ status: 403 });
  });
});

describe("a whole schema", () => {
  test("keys without an index and repeated indexes are found, from the real catalogue", async () => {
    const { findings, takenAt } = await shop.as().readHealth({ params: shop.params });
    expect(takenAt).not.toBeNull();
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: "foreign key without index",
        statement: "CREATE INDEX CONCURRENTLY order_items_order_id_idx ON shop.order_items (order_id);",
      }),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: "duplicate index",
        title: "orders_customer repeats orders_customer_again",
        statement: "DROP INDEX CONCURRENTLY shop.orders_customer;",
      }),
    );
  });

  const index = (name: string, parts: string[], more: Partial<CatalogIndex> = {}): CatalogIndex => ({
    name, parts, included: [], unique: false, primary: false, method: "btree", condition: null, bytes: 1_048_576, scans: 5, valid: true, ...more,
  }); // prettier-ignore
  const withIndexes = (indexes: CatalogIndex[], more = {}) =>
    schemaFindings(
      shopCatalog.tables
        .filter(({ name }) => name === "orders")
        .map((table) => ({ ...table, rowEstimate: 50_000, analyzedAt: new Date().toISOString(), indexes, ...more })),
      "postgres",
    );

  test("an index that nothing has read is unused, but a unique one keeps its rule", () => {
    const found = withIndexes([
      index("a", ["total"], { scans: 0 }),
      index("b", ["status"], { scans: 0, unique: true }),
    ]);
    expect(found.filter(({ kind }) => kind === "unused index").map(({ title }) => title)).toEqual(["a was never used"]);
  });

  test("of two same indexes one stays; a partial one and another order repeat nothing", () => {
    const found = withIndexes([
      index("a", ["total"]),
      index("b", ["total"]),
      index("c", ["total"], { condition: "total > 0" }),
      index("d", ["status", "total"]),
    ]);
    expect(found.filter(({ kind }) => kind === "duplicate index").map(({ title }) => title)).toEqual(["b repeats a"]);
  });

  test("statistics of a large table that were never made are told", () => {
    expect(withIndexes([], { analyzedAt: null }).find(({ kind }) => kind === "stale statistics")?.statement).toBe(
      "ANALYZE shop.orders",
    );
  });
});
