import type { GlossaryTerm } from "@mindmesh/contracts/query/glossary";
import { describe, expect, test } from "vitest";
import { answerByRules } from "../../src/ask/built-in/answer.ts";
import { linksOf } from "../../src/ask/retrieve.ts";
import { shop } from "./shop-catalog.ts";

const term = (word: string, fragment: GlossaryTerm["fragment"], synonyms: string[] = []): GlossaryTerm => ({
  id: word, term: word, synonyms, definition: "", bindings: [], fragment, stale: [], version: 1, updatedAt: "2026-01-01T00:00:00.000Z",
}); // prettier-ignore
const terms = [
  term("revenue", { kind: "measure", schema: "shop", table: "order_items", sql: "sum(quantity * price)" }, [
    "turnover",
  ]),
  term("big order", { kind: "condition", schema: "shop", table: "orders", sql: "total > 1000 OR status = 'paid'" }),
];

const ask = (question: string, chosenBefore: string[] = [], engine: "postgres" | "mysql" | "mssql" | "sqlite" = "postgres") =>
  answerByRules({
    question, catalog: shop, links: linksOf(shop), terms, engine, now: new Date("2026-11-29T10:00:00Z"), chosenBefore: new Set(chosenBefore),
  }); // prettier-ignore

async function sqlOf(
  question: string,
  chosenBefore: string[] = [],
  engine: "postgres" | "mysql" | "mssql" | "sqlite" = "postgres",
) {
  const answer = await ask(question, chosenBefore, engine);
  if (answer.kind !== "statement") throw new Error(`no statement: ${JSON.stringify(answer)}`);
  return answer.sql.replace(/\s+/g, " ");
}

describe("questions that our own rules answer", () => {
  test.each([
    ["How many customers are there?", "SELECT COUNT(*) AS customer_count FROM customers AS c"],
    [
      "How many paid orders were placed in 2024?",
      "SELECT COUNT(*) AS order_count FROM orders AS o WHERE o.status = 'paid' AND o.placed_at >= '2024-01-01' AND o.placed_at < '2025-01-01'",
    ],
    [
      "How many customers in Germany?",
      "SELECT COUNT(*) AS customer_count FROM customers AS c WHERE c.country = 'Germany'",
    ],
    ["How many active customers?", "SELECT COUNT(*) AS customer_count FROM customers AS c WHERE c.is_active"],
    [
      "Average total of orders by country",
      "SELECT c.country, AVG(o.total) AS average_total FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.country ORDER BY average_total DESC NULLS LAST",
    ],
    [
      "Top 5 customers by turnover",
      "SELECT c.id AS customer_id, c.name, SUM(oi.quantity * oi.price) AS revenue FROM order_items AS oi JOIN orders AS o ON o.id = oi.order_id JOIN customers AS c ON c.id = o.customer_id GROUP BY c.id, c.name ORDER BY revenue DESC NULLS LAST LIMIT 5",
    ],
    [
      "customers with more than 5 orders",
      "SELECT c.id, c.name, COUNT(o.id) AS order_count FROM customers AS c JOIN orders AS o ON c.id = o.customer_id GROUP BY c.id, c.name HAVING COUNT(o.id) > 5 ORDER BY order_count DESC NULLS LAST LIMIT 100",
    ],
    [
      "How many different countries do customers come from?",
      "SELECT COUNT(DISTINCT c.country) AS different_country FROM customers AS c",
    ],
    [
      "how many big orders per country",
      "SELECT c.country, COUNT(*) AS order_count FROM orders AS o JOIN customers AS c ON c.id = o.customer_id WHERE (o.total > 1000 OR o.status = 'paid') GROUP BY c.country ORDER BY order_count DESC NULLS LAST",
    ],
  ])("%s", async (question, sql) => {
    expect(await sqlOf(question)).toBe(sql);
  });

  test("customers without orders are those that no order points to", async () => {
    expect(await sqlOf("customers without orders")).toContain(
      "WHERE NOT EXISTS (SELECT 1 FROM orders AS x WHERE x.customer_id = c.id)",
    );
  });

  test("a month is cut in the words of each engine", async () => {
    const question = "total of orders per month";
    expect(await sqlOf(question, [], "mysql")).toContain("DATE_FORMAT(o.placed_at, '%Y-%m-01')");
    expect(await sqlOf(question, [], "sqlite")).toContain("date(o.placed_at, 'start of month')");
    expect(await sqlOf(question, [], "mssql")).toContain("DATEADD(month, DATEDIFF(month, 0, o.placed_at), 0)");
  });

  test("a group that may be empty keeps its rows, a filter does not", async () => {
    expect(await sqlOf("number of products per category")).toContain("LEFT JOIN categories");
    expect(await sqlOf("show the stock of products in Toys")).toMatch(/(?<!LEFT )JOIN categories/);
  });

  test("ranges of time are told as they were taken", async () => {
    const answer = await ask("How many orders last 30 days?");
    expect(answer).toMatchObject({
      assumptions: [expect.stringContaining("from 2026-10-30 up to but not including 2026-11-30")],
    });
    expect(await sqlOf("revenue last year")).toContain("o.placed_at >= '2025-01-01' AND o.placed_at < '2026-01-01'");
  });

  test("values of a check that lists them are known, as SQLite and PostgreSQL write it", async () => {
    const checked = (expression: string) => ({
      ...shop,
      tables: shop.tables.map((table) =>
        table.name === "products" ? { ...table, checks: [{ name: null, expression }] } : table,
      ),
    });
    for (const expression of ["name IN ('Tea pot', 'Cup')", "(name = ANY (ARRAY['Tea pot'::text, 'Cup'::text]))"]) {
      const catalog = checked(expression);
      const answer = await answerByRules({
        question: "how many tea pot products",
        catalog,
        links: [],
        terms: [],
        engine: "postgres",
        now: new Date(),
      });
      expect(answer).toMatchObject({ sql: expect.stringContaining("p.name = 'Tea pot'") });
    }
  });

  test("a table is meant where other tables have columns of its name", async () => {
    const [orders] = shop.tables.filter(({ name }) => name === "orders");
    const [column] = orders?.columns ?? [];
    if (!orders || !column) throw new Error("no orders");
    const noting = (name: string) => ({ ...orders, name, foreignKeys: [], columns: [{ ...column, name: "product" }] });
    const catalog = { ...shop, tables: [...shop.tables, noting("notes"), noting("calls")] };
    const answer = await answerByRules({
      question: "How many products are there?",
      catalog,
      links: [],
      terms: [],
      engine: "postgres",
      now: new Date(),
    });
    expect(answer).toMatchObject({ sql: "SELECT COUNT(*) AS product_count\nFROM products AS p" });
  });

  test("a quote in a value stays a value", async () => {
    expect(await sqlOf(`customers named "O'Neil; DROP TABLE customers"`)).toContain(
      "c.name = 'O''Neil; DROP TABLE customers'",
    );
  });
});

describe("questions that they do not answer", () => {
  test("two keys between two tables are asked about, and the choice is followed", async () => {
    expect(await ask("orders in Berlin")).toMatchObject({
      kind: "question",
      choices: ["orders.billing_address_id", "orders.shipping_address_id"],
    });
    expect(await sqlOf("orders in Berlin", ["orders.shipping_address_id"])).toContain("a.id = o.shipping_address_id");
    expect(await sqlOf("orders with billing address in Berlin")).toContain("a.id = o.billing_address_id");
  });

  test("a word that two columns share is asked about", async () => {
    expect(await ask("average price")).toMatchObject({
      kind: "question",
      choices: ["order_items.price", "products.price"],
    });
  });

  test("a word that nothing is called is named, not guessed at", async () => {
    expect(await ask("what is the churn of customers?")).toEqual({
      kind: "refusal",
      reason: "Nothing in the schema or the glossary is called “churn”.",
    });
    expect(await ask("drop table orders")).toMatchObject({ kind: "refusal" });
  });

  test("a figure that a join would count several times is refused", async () => {
    expect(await ask("total of orders by category")).toMatchObject({
      kind: "refusal",
      reason: expect.stringContaining("counted again each time"),
    });
  });

  test("tables that no key joins are not joined", async () => {
    const catalog = { ...shop, tables: shop.tables.map((table) => ({ ...table, foreignKeys: [] })) };
    const answer = await answerByRules({
      question: "number of orders by country",
      catalog,
      links: [],
      terms: [],
      engine: "postgres",
      now: new Date(),
    });
    expect(answer).toMatchObject({ kind: "refusal", reason: expect.stringContaining("No foreign key leads") });
  });
});
