import type { CatalogTable } from "@mindmesh/contracts/query/catalog";
import { expect, test } from "vitest";
import { inferKeys, singular } from "../../src/catalog/infer-keys.ts";
import { measureOverlap, overlapStatement } from "../../src/catalog/measure-overlap.ts";
import { catalog, column, table, text } from "./fixture.ts";

const found = (...tables: CatalogTable[]) =>
  inferKeys(catalog(tables)).map(
    ({ from, columns, to, toColumns }) => `${from.name}.${columns[0]} → ${to.name}.${toColumns[0]}`,
  );

const customers = table("customers", [column("id"), text("email")]);

test("a column that is called like a table in the singular refers to its key, however the words are joined", () => {
  const orders = table("orders", [column("id"), column("customer_id")]);
  expect(found(customers, orders)).toEqual(["orders.customer_id → customers.id"]);
  expect(found(customers, table("orders", [column("id"), column("customerId")]))).toHaveLength(1);
  expect(found(customers, table("orders", [column("OrderID"), column("CustomerID")]))).toHaveLength(1);
  expect(
    found(table("tbl_customer", [column("customer_id")]), table("orders", [column("id"), column("customer_id")])),
  ).toEqual(["orders.customer_id → tbl_customer.customer_id"]);
});

test("roles before the name, parents of the same table and people who did something are found", () => {
  expect(found(customers, table("orders", [column("id"), column("billing_customer_id")]))).toHaveLength(1);
  expect(found(table("categories", [column("id"), column("parent_id")]))).toEqual([
    "categories.parent_id → categories.id",
  ]);
  const users = table("users", [column("id")]);
  expect(found(users, table("notes", [column("id"), column("created_by")]))).toEqual(["notes.created_by → users.id"]);
});

test("a code refers to a code, and a profile shares the key of its user", () => {
  const countries = table("countries", [text("code"), text("name")]);
  expect(found(countries, table("cities", [column("id"), text("country_code")]))).toEqual([
    "cities.country_code → countries.code",
  ]);
  expect(found(table("users", [column("id")]), table("profiles", [column("user_id"), text("about")]))).toEqual([
    "profiles.user_id → users.id",
  ]);
});

test("nothing is made up: other types, declared keys, plain ids and words that only sound alike", () => {
  expect(found(customers, table("orders", [column("id"), text("customer_id")]))).toEqual([]);
  const declared = table("orders", [column("id"), column("customer_id")], {
    foreignKeys: [
      {
        name: null,
        columns: ["customer_id"],
        to: { schema: "public", name: "customers" },
        toColumns: ["id"],
        onDelete: null,
        onUpdate: null,
      },
    ],
  });
  expect(found(customers, declared)).toEqual([]);
  expect(
    found(customers, table("orders", [column("id"), column("amount"), column("valid"), text("ordered_at")])),
  ).toEqual([]);
  expect(found(table("ids", [column("id")]), table("orders", [column("id")]))).toEqual([]);
});

test("a table of the own schema is meant before one of the same name elsewhere", () => {
  const other = { schema: "archive" };
  const orders = table("orders", [column("id"), column("customer_id")]);
  const keys = inferKeys(catalog([customers, table("customers", [column("id")], other), orders]));
  expect(keys.map(({ to }) => to.schema)).toEqual(["public"]);
  const elsewhere = inferKeys(catalog([table("customers", [column("id")], other), orders]));
  expect(elsewhere.map(({ to }) => to.schema)).toEqual(["archive"]);
});

test("plurals of table names are read as people write them", () => {
  const words = ["categories", "boxes", "statuses", "people", "children", "addresses", "news", "orders", "bus"];
  expect(words.map(singular)).toEqual([
    "category",
    "box",
    "status",
    "person",
    "child",
    "address",
    "news",
    "order",
    "bus",
  ]);
});

test("values decide: all there makes a key likely, missing ones end it, none leave a word of caution", async () => {
  const candidates = inferKeys(catalog([customers, table("orders", [column("id"), column("customer_id")])]));
  const settings = { signal: new AbortController().signal, compared: () => undefined };
  const measure = (rows: string[][] | null) =>
    measureOverlap("postgres", candidates, () => Promise.resolve(rows), settings);
  const [likely] = await measure([["200", "200"]]);
  expect(likely?.confidence).toBeGreaterThan(0.9);
  expect(await measure([["200", "80"]])).toEqual([]);
  const [dangling] = await measure([["200", "197"]]);
  expect(dangling?.evidence.at(-1)).toBe("197 of 200 different values are among the keys.");
  const [empty] = await measure([["0", "0"]]);
  expect(empty?.evidence.at(-1)).toBe("The column has no values yet.");
  const [refused] = await measure(null);
  expect(refused?.evidence.at(-1)).toBe("Values could not be compared.");
});

test("comparing stops when it is cancelled", async () => {
  const candidates = inferKeys(catalog([customers, table("orders", [column("id"), column("customer_id")])]));
  const cancelled = new AbortController();
  cancelled.abort(new Error("cancelled"));
  const asked = measureOverlap("postgres", candidates, () => Promise.resolve([["1", "1"]]), {
    signal: cancelled.signal,
    compared: () => undefined,
  });
  await expect(asked).rejects.toThrow("cancelled");
});

test("the statement that compares quotes names as each engine does and reads a bounded part", () => {
  const odd = table('we"ird.`name]', [column("id"), column("customer_id")]);
  const [candidate] = inferKeys(catalog([customers, odd]));
  if (!candidate) throw new Error("no candidate");
  expect(overlapStatement("postgres", candidate)).toContain(
    '"we""ird.`name]" WHERE "customer_id" IS NOT NULL LIMIT 2000',
  );
  expect(overlapStatement("mysql", candidate)).toContain('`we"ird.``name]`');
  expect(overlapStatement("mssql", candidate)).toContain(
    'SELECT TOP (2000) [customer_id] AS v FROM [public].[we"ird.`name]]]',
  );
});
