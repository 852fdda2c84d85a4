import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestPerson } from "@mindmesh/test-support";
import { type ShopServer, startShopServer } from "../ask/shop-server.ts";

let shop: ShopServer;
let developer: TestPerson;
let analyst: TestPerson;
beforeAll(async () => {
  shop = await startShopServer();
  developer = await shop.join("Dev", "developer");
  analyst = await shop.join("Ana", "analyst");
}, 120_000);
afterAll(() => shop?.close());

const create = (body: object, person = developer) =>
  shop.as(person).createTerm({ params: shop.params, body: { term: "Revenue", ...body } });
const revenue = { kind: "measure", schema: "shop", table: "order_items", sql: "sum(quantity * price)" } as const;

test("a developer keeps a term, everybody who may use the connection reads it, and asking follows it without a model", async () => {
  const term = await create({
    synonyms: ["turnover"],
    definition: "What was sold, before returns.",
    fragment: revenue,
  });
  expect(term).toMatchObject({ term: "Revenue", stale: [], version: 1 });
  expect((await shop.as(analyst).listTerms({ params: shop.params })).items).toMatchObject([{ term: "Revenue" }]);
  const lines = await shop.ask({ question: "turnover by country" }, analyst);
  expect(lines.at(-1)).toMatchObject({
    type: "turn",
    turn: {
      by: "built-in",
      model: null,
      outcome: { kind: "answer", sql: expect.stringContaining("SUM(oi.quantity * oi.price) AS revenue") },
    },
    result: { rows: expect.arrayContaining([[expect.any(String), expect.any(String)]]) },
  });
});

test("an analyst may not change the glossary, a stranger does not find it", async () => {
  await expect(create({ term: "Mine" }, analyst)).rejects.toMatchObject({ status: 403 });
  await expect(create({ term: "Mine" }, await shop.server.signUp("Stranger"))).rejects.toMatchObject({ status: 404 });
});

test.each([
  [
    { bindings: [{ schema: "shop", table: "nowhere", column: null }] },
    { "bindings.0": "The schema has no table shop.nowhere." },
  ],
  [
    { bindings: [{ schema: "shop", table: "orders", column: "sum" }] },
    { "bindings.0": "The table orders has no column sum." },
  ],
  [
    { fragment: { ...revenue, sql: "sum(quantity * cost)" } },
    { fragment: expect.stringContaining("There is no column cost in order_items") },
  ],
  [{ fragment: { ...revenue, sql: "quantity" } }, { fragment: expect.stringContaining("use sum, count, avg") }],
  [{ fragment: { ...revenue, sql: "sum(quantity) FROM shop.orders --" } }, { fragment: expect.any(String) }],
  [
    { fragment: { ...revenue, kind: "condition", sql: "order_id IN (SELECT id FROM shop.orders)" } },
    { fragment: expect.stringContaining("a query of its own") },
  ],
])("what the schema does not have is refused at its field: %j", async (body, fields) => {
  await expect(create({ term: "Wrong", ...body })).rejects.toMatchObject({ status: 422, fields });
});

test("a term is there once, whatever its case, and two people do not overwrite each other", async () => {
  await expect(create({ term: "REVENUE" })).rejects.toMatchObject({ status: 409 });
  const term = await create({ term: "Customer since" });
  const params = { ...shop.params, termId: term.id };
  const body = { term: "Customer since", definition: "First order", version: 1 };
  expect(await shop.as(developer).updateTerm({ params, body })).toMatchObject({
    version: 2,
    definition: "First order",
  });
  await expect(shop.as(developer).updateTerm({ params, body })).rejects.toMatchObject({ status: 409 });
  await shop.as(developer).deleteTerm({ params });
  await expect(shop.as(developer).deleteTerm({ params })).rejects.toMatchObject({ status: 404 });
});

test("a term whose column is gone is marked once the schema is read anew, and is followed no more", async () => {
  await shop.shop.query("ALTER TABLE shop.order_items RENAME COLUMN price TO unit_price");
  await shop.refresh();
  const { items } = await shop.as(analyst).listTerms({ params: shop.params });
  expect(items.find(({ term }) => term === "Revenue")?.stale).toEqual([
    expect.stringContaining("There is no column price"),
  ]);
  const lines = await shop.ask({ question: "turnover by country", by: "built-in" });
  expect(lines.at(-1)).toMatchObject({
    turn: { outcome: { kind: "refusal", reason: expect.stringContaining("“turnover”") } },
  });
});
