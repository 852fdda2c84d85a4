import { expect, test } from "vitest";
import { statementWarnings } from "../../src/ask/join-warnings.ts";
import { linksOf } from "../../src/ask/retrieve.ts";
import { queryShape } from "../../src/syntax/query-shape.ts";
import { resolveNames } from "../../src/syntax/resolve-names.ts";
import { parserOf } from "../../src/syntax/syntax-tree.ts";
import { shop } from "./shop-catalog.ts";

async function warnings(sql: string, catalog = shop) {
  const parser = await parserOf("postgres");
  const statement = parser.parse(sql);
  const shape = statement && queryShape(statement);
  if (!shape) throw new Error(`cannot be read: ${sql}`);
  const resolved = resolveNames(shape, catalog, "postgres");
  expect(resolved.problems).toEqual([]);
  return statementWarnings(resolved, linksOf(catalog)).map(({ kind, message }) => `${kind}: ${message}`);
}

test.each([
  ["SELECT count(*) FROM orders o JOIN customers c ON c.id = o.customer_id"],
  ["SELECT p.name FROM products p LEFT JOIN categories c ON c.id = p.category_id WHERE c.id IS NULL"],
  ["SELECT c.id, count(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id"],
  ["SELECT o.id, sum(i.price) FROM orders o JOIN order_items i ON i.order_id = o.id GROUP BY o.id"],
  ["SELECT count(DISTINCT o.id), max(o.total) FROM orders o JOIN order_items i ON i.order_id = o.id"],
  ["SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)"],
  ["SELECT id FROM orders WHERE status <> 'paid'"],
])("nothing is wrong with %s", async (sql) => {
  expect(await warnings(sql)).toEqual([]);
});

test("an inner join over a key that may be empty loses rows", async () => {
  expect(await warnings("SELECT count(*) FROM products p JOIN categories c ON c.id = p.category_id")).toEqual([
    "lost rows: Rows of products where category_id is empty drop out of the join with categories. LEFT JOIN keeps them.",
  ]);
});

test("a condition on the optional side undoes a LEFT JOIN", async () => {
  expect(
    await warnings("SELECT p.id FROM products p LEFT JOIN categories c ON c.id = p.category_id WHERE c.name = 'Toys'"),
  ).toEqual([expect.stringMatching(/^lost rows: A condition in WHERE on c drops/)]);
});

test("a join over columns that no key ties together is told", async () => {
  expect(await warnings("SELECT 1 FROM payments p JOIN products q ON q.price = p.amount")).toEqual([
    expect.stringMatching(/^lost rows: No foreign key says that p.amount and q.price belong together/),
  ]);
});

test("a sum over the one side of one to many counts several times", async () => {
  expect(await warnings("SELECT sum(o.total) FROM orders o JOIN order_items i ON i.order_id = o.id")).toEqual([
    "multiplied rows: sum(o.total) counts a row of orders again for each of its rows in order_items. Add up before joining, or count each only once.",
  ]);
});

test("two branches of one to many multiply each other", async () => {
  const found = await warnings(
    "SELECT sum(i.price), sum(p.amount) FROM orders o JOIN order_items i ON i.order_id = o.id JOIN payments p ON p.order_id = o.id",
  );
  expect(found).toEqual([
    expect.stringContaining("sum(i.price) counts a row of order_items again"),
    expect.stringContaining("sum(p.amount) counts a row of payments again"),
  ]);
});

test("of two keys between two tables the other one is named", async () => {
  expect(await warnings("SELECT count(*) FROM orders o LEFT JOIN addresses a ON a.id = o.billing_address_id")).toEqual([
    "ambiguous key: orders points to addresses in more than one way: this uses billing_address_id, and there is also shipping_address_id.",
  ]);
});

test.each([
  ["SELECT id FROM customers WHERE email <> 'a@b.c'", "do not pass <>"],
  ["SELECT id FROM customers WHERE email NOT IN ('a', 'b')", "do not pass NOT IN"],
  ["SELECT id FROM customers WHERE email NOT LIKE '%.com'", "do not pass NOT LIKE"],
  ["SELECT id FROM addresses WHERE id NOT IN (SELECT shipping_address_id FROM orders)", "NOT EXISTS is safe"],
])("empty values drop out of %s", async (sql, message) => {
  expect(await warnings(sql)).toEqual([expect.stringContaining(message)]);
});

test("names that the schema does not have are problems with the name that was likely meant", async () => {
  const parser = await parserOf("postgres");
  const problems = (sql: string) => {
    const statement = parser.parse(sql);
    const shape = statement && queryShape(statement);
    return shape ? resolveNames(shape, shop, "postgres").problems.map(({ message }) => message) : null;
  };
  expect(problems("SELECT totl FROM orders")).toEqual(["There is no column totl in orders; did you mean total?"]);
  expect(problems("SELECT 1 FROM orderz")).toEqual(["There is no table orderz in the schema; did you mean orders?"]);
  expect(problems("SELECT x.id FROM orders o")).toEqual(["x.id: nothing in FROM is called x."]);
  expect(problems("WITH a AS (SELECT id AS n FROM orders) SELECT a.m FROM a")).toEqual(["There is no column m in a."]);
  expect(
    problems("WITH a AS (SELECT id AS n FROM orders) SELECT n, count(*) AS c FROM a GROUP BY n ORDER BY c"),
  ).toEqual([]);
  expect(
    problems(
      "SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM payments p WHERE p.order_id = o.id AND p.amount > o.total)",
    ),
  ).toEqual([]);
  expect(problems('SELECT "Total" FROM orders')).toEqual(["There is no column Total in orders; did you mean total?"]);
  expect(
    problems("SELECT g.n FROM generate_series(1, 3) AS g(n), LATERAL (SELECT g.n + 1 AS m) AS l WHERE l.m > 1"),
  ).toEqual([]);
  expect(problems("SELECT c.relname FROM pg_class c")).toEqual([]);
});
