import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Session } from "../../src/engines/engine.ts";
import { makeShop } from "../../src/sample-shop/make-shop.ts";
import { never, openFiles, result, testFolder } from "../files/file-sessions.ts";

let place: Awaited<ReturnType<typeof testFolder>>;
let session: Session;
let made: { tables: number; rows: number };

beforeAll(async () => {
  place = await testFolder();
  const path = join(place.folder, "shop.db");
  made = await makeShop(path, "2026-11-28", never);
  session = await openFiles("sqlite", [{ path, format: "sqlite", table: null }]);
}, 180_000);
afterAll(async () => {
  await session.close();
  await place.remove();
});

const one = async (sql: string) => (await result(session, sql)).rows[0]?.[0];

it("the sample shop has 12 tables or more and 200,000 rows or more, and every reference holds", async () => {
  expect(made.tables).toBeGreaterThanOrEqual(12);
  expect(made.rows).toBeGreaterThanOrEqual(200_000);
  expect((await result(session, "PRAGMA foreign_key_check")).rows).toEqual([]);
});

it("its figures agree with each other", async () => {
  const wrongTotals = `SELECT count(*) FROM orders o WHERE coupon_id IS NULL AND abs(total - (SELECT sum(quantity * unit_price * (100 - discount_percent) / 100.0) FROM order_items i WHERE i.order_id = o.id)) > 0.011`;
  expect(await one(wrongTotals)).toBe("0");
  expect(
    await one(
      "SELECT count(*) FROM orders o JOIN addresses a ON a.id = o.shipping_address_id WHERE a.customer_id <> o.customer_id",
    ),
  ).toBe("0");
  expect(await one("SELECT count(*) FROM orders WHERE id NOT IN (SELECT order_id FROM order_items)")).toBe("0");
  expect(
    await one(
      "SELECT count(*) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.ordered_at < c.created_at",
    ),
  ).toBe("0");
  expect(await one("SELECT max(ordered_at) < '2026-11-29' FROM orders")).toBe("1");
});

it("its schema has comments and the traps of real databases", async () => {
  const catalog = await session.introspect({ signal: never, progress: () => undefined, samples: false });
  const table = (name: string) => catalog.tables.find((each) => each.name === name);
  expect(catalog.tables.filter(({ kind, comment }) => kind === "table" && comment === null)).toEqual([]);
  const toAddresses = table("orders")?.foreignKeys.filter(({ to }) => to.name === "addresses");
  expect(toAddresses).toHaveLength(2);
  expect(table("order_items")?.indexes.filter(({ parts }) => parts[0] === "product_id")).toEqual([]);
  expect(table("page_views")?.foreignKeys).toEqual([]);
  expect(table("orders")?.columns.find(({ name }) => name === "coupon_id")?.nullable).toBe(true);
});
