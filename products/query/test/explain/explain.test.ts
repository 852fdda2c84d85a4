import type { PlanNode } from "@mindmesh/contracts/query/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explainPlan } from "../../src/explain/explain-plan.ts";
import { explainWords } from "../../src/explain/explain-words.ts";
import { queryShape } from "../../src/syntax/query-shape.ts";
import { parserOf } from "../../src/syntax/syntax-tree.ts";
import { type ShopServer, startShopServer } from "../ask/shop-server.ts";

async function words(sql: string, engine: "postgres" | "mysql" | "mssql" | "sqlite" | "duckdb" = "postgres") {
  const parser = await parserOf(engine);
  const statement = parser.parse(sql);
  const shape = statement && queryShape(statement);
  if (!shape) throw new Error(`cannot be read: ${sql}`);
  return explainWords(shape, parser);
}

describe("a statement in words", () => {
  test("reads, joins, keeps, groups, shows, orders and gives, each in a part of its own", async () => {
    const { summary, parts } = await words(`
      SELECT c.country, count(*) AS orders, sum(o.total) FROM orders o LEFT JOIN customers c ON c.id = o.customer_id
      WHERE o.status <> 'void' AND o.note LIKE 'gift%' GROUP BY c.country HAVING count(*) > 3 ORDER BY 2 DESC LIMIT 10`);
    expect(summary).toBe(
      "Gives the number of rows, the sum of o.total for each c.country from orders, customers where o.status is not “void”, o.note begins with “gift”, the first 10 by the number of rows, highest first.",
    );
    expect(Object.fromEntries(parts.map(({ title, lines }) => [title, lines]))).toEqual({
      Reads: ["orders, called o"],
      Joins: ["customers, called c: rows without a match stay, with this side empty, where c.id is o.customer_id"],
      "Keeps rows where": ["o.status is not “void”", "o.note begins with “gift”"],
      "Makes one row for each": ["c.country"],
      "Keeps groups where": ["the number of rows is more than 3"],
      Shows: ["c.country", "the number of rows, as orders", "the sum of o.total"],
      "Orders by": ["the number of rows, highest or latest first"],
      Gives: ["At most 10 rows."],
    });
  });

  test("each named query has its own part, before what reads it", async () => {
    const { parts } = await words(
      "WITH paid AS (SELECT id FROM orders WHERE status = 'paid') SELECT count(*) FROM paid",
    );
    expect(parts.map(({ of, title }) => [of, title])).toEqual([
      ["paid", "Reads"],
      ["paid", "Keeps rows where"],
      ["paid", "Shows"],
      [null, "Reads"],
      [null, "Shows"],
    ]);
  });

  test.each([
    [
      "SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC) FROM t",
      "a running number within each a, in the order of b, highest first",
    ],
    [
      "SELECT count(DISTINCT a) FILTER (WHERE b IS NULL) FROM t",
      "the number of different values of a, only where b is empty",
    ],
    ["SELECT date_trunc('month', d) FROM t", "the month of d"],
    ["SELECT coalesce(a, 'none') FROM t", "a or, where it is empty, “none”"],
  ])("%s", async (sql, said) => {
    const { parts } = await words(sql);
    expect(parts.find(({ title }) => title === "Shows")?.lines).toEqual([said]);
  });

  test.each([
    ["a NOT IN (SELECT b FROM u)", "a is not among what a query on u gives"],
    ["NOT EXISTS (SELECT 1 FROM u)", "there is no row in u that belongs to it"],
    ["a BETWEEN 1 AND 2", "a is between 1 and 2"],
    ["a = 1 OR b = 2", "a is 1, or b is 2"],
    ["a ILIKE '%x%'", "a contains “x”, in any case"],
  ])("WHERE %s", async (condition, said) => {
    const { parts } = await words(`SELECT 1 FROM t WHERE ${condition}`);
    expect(parts.find(({ title }) => title === "Keeps rows where")?.lines).toEqual([said]);
  });

  test("other dialects say the same in their own way", async () => {
    expect((await words("SELECT TOP 5 a FROM [dbo].[t] ORDER BY a", "mssql")).summary).toBe(
      "Shows a from t, the first 5 by a.",
    );
    expect((await words("SELECT `a` FROM `t` LIMIT 10, 5", "mysql")).parts.at(-1)?.lines).toEqual([
      "At most 5 rows.",
      "The first 10 are read and thrown away.",
      "Without an order, which rows these are is left to the database.",
    ]);
  });

  test("set operations and recursion are told", async () => {
    const { parts } = await words(
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r",
    );
    expect(parts[0]).toMatchObject({ title: "Repeats", of: "r" });
    expect(parts.some(({ title }) => title === "Combines")).toBe(true);
  });
});

const step = (given: Partial<PlanNode> & { operation: string }): PlanNode => ({
  detail: "", table: null, index: null, estimatedRows: null, actualRows: null, totalCost: null, ownCost: null, actualMs: null, facts: {}, children: [], ...given,
}); // prettier-ignore

describe("a plan in words", () => {
  const scan = step({
    operation: "Seq Scan",
    table: { schema: "shop", name: "orders" },
    estimatedRows: 50_000,
    totalCost: 900,
    ownCost: 900,
  });
  const plan = step({ operation: "Sort", estimatedRows: 50_000, totalCost: 1000, ownCost: 100, children: [scan] });

  test("the dearest step is marked with its share of the cost", () => {
    const { notes, summary } = explainPlan(plan, false);
    expect(notes.map(({ path, share, dearest }) => [path, share, dearest])).toEqual([
      ["", 0.1, false],
      ["0", 0.9, true],
    ]);
    expect(summary).toEqual([
      "The planner expects 50,000 rows.",
      "90 % of the cost is one step: reads orders from beginning to end.",
      "orders is read from beginning to end.",
    ]);
  });

  test("where it was run, time counts, and a wrong estimate is told with its factor", () => {
    const run = {
      ...plan,
      actualRows: 40,
      actualMs: 10,
      children: [{ ...scan, estimatedRows: 5, actualRows: 50_000, actualMs: 9 }],
    };
    const { notes, summary } = explainPlan(run, true);
    expect(notes[1]).toMatchObject({
      share: 0.9,
      misestimate: 10_000,
      warnings: [expect.stringContaining("10,000 times more")],
    });
    expect(summary[0]).toBe("It gave 40 rows in 10 ms.");
  });

  test("a plan without costs has no shares and no dearest step", () => {
    const bare = step({
      operation: "QUERY PLAN",
      children: [step({ operation: "SCAN", table: { schema: null, name: "t" } })],
    });
    expect(explainPlan(bare, false).notes.every(({ share, dearest }) => share === null && !dearest)).toBe(true);
  });
});

describe("over HTTP, against PostgreSQL", () => {
  let shop: ShopServer;
  beforeAll(async () => {
    shop = await startShopServer();
  }, 120_000);
  afterAll(() => shop?.close());

  const explain = (sql: string, more: object = {}) =>
    shop.as().explainStatement({ params: shop.params, body: { sql, ...more } });

  test("a UNION of 400 parts is told part by part and shortened where nobody would read on", async () => {
    const parts = Array.from({ length: 400 }, (_, n) => `SELECT id, total AS t${n} FROM shop.orders WHERE id = ${n}`);
    for (const joint of [" UNION ALL ", " UNION ", " EXCEPT "]) {
      const found = await explain(parts.join(joint));
      expect(found.words?.parts[3]).toEqual({ title: "Reads", lines: ["shop.orders"], of: "part 2" });
      expect(found.words?.parts.at(-1)?.title).toBe("And more");
      expect(found.words?.parts.at(-1)?.lines[0]).toMatch(/^The statement has 1,?051 further steps/);
      expect(found.words?.summary).toMatch(/: from orders\.$/);
      expect(JSON.stringify(found.words).length).toBeLessThan(20_000);
      // The steps of EXCEPT lie in each other 400 deep, and each is told with its way from the root.
      expect(JSON.stringify(found).length).toBeLessThan(1_500_000);
    }
  });

  test("words and plan come together; with analyze the real rows are there", async () => {
    const found = await explain("SELECT * FROM shop.visits WHERE code = '17'", { analyze: true });
    expect(found.words?.summary).toBe("Shows all columns from visits where code is “17”.");
    expect(found.plan?.analyzed).toBe(true);
    const all = JSON.stringify(found.plan?.plan);
    expect(all).toContain('"name":"visits"');
    expect(found.plan?.plan.actualRows).toBe(3);
  });

  test("what the guard refuses has words of its own reason and is not planned", async () => {
    const found = await explain("DELETE FROM shop.orders");
    expect(found).toMatchObject({ words: null, plan: null, planProblem: { refusal: { reason: expect.any(String) } } });
    expect(found.wordsProblem).toMatch(/changes data/);
  });

  test("what cannot be read says what to look for", async () => {
    const found = await explain("SELECT (1 FROM shop.orders");
    expect(found).toMatchObject({ words: null, wordsProblem: expect.stringContaining("missing bracket"), plan: null });
  });

  test("a table that is not there is a problem of the plan only", async () => {
    const found = await explain("SELECT * FROM shop.nowhere");
    expect(found.words?.summary).toBe("Shows all columns from nowhere.");
    expect(found.planProblem?.message).toMatch(/nowhere/);
  });

  test("a viewer, a stranger and an empty text are turned away", async () => {
    const viewer = await shop.join("Viewer", "viewer");
    const stranger = await shop.server.signUp("Stranger");
    const asPerson = (person: typeof viewer) =>
      shop.as(person).explainStatement({ params: shop.params, body: { sql: "SELECT 1" } });
    await expect(asPerson(viewer)).rejects.toMatchObject({ status: 403 });
    await expect(asPerson(stranger)).rejects.toMatchObject({ status: 404 });
    await expect(explain("  ")).rejects.toMatchObject({ status: 422, fields: { sql: "Write a statement first." } });
  });
});
