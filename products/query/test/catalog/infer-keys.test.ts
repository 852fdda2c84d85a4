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
    'SELECT TOP (2000) [customer_id] AS v0 FROM [public].[we"ird.`name]]]',
  );
});

test("keys of several columns are found by their names, also with the table's name before one of them", () => {
  const wide = { primaryKey: { name: null, columns: ["order_id", "line"] } };
  const lines = table("order_lines", [column("order_id"), column("line"), text("article")], wide);
  const parcels = table("parcels", [column("id"), column("order_id"), column("line")]);
  const [key] = inferKeys(catalog([lines, parcels]));
  expect(key).toMatchObject({
    from: { name: "parcels" },
    columns: ["order_id", "line"],
    toColumns: ["order_id", "line"],
  });
  expect(key?.evidence[0]).toBe("It has all columns of the key order_lines (order_id, line), by their names.");
  const tenant = (name: string, columns: string[]) =>
    table(
      name,
      columns.map((each) => column(each)),
      { primaryKey: { name: null, columns: ["tenant_id", "id"] } },
    );
  const keys = inferKeys(
    catalog([tenant("clients", ["tenant_id", "id"]), tenant("bills", ["tenant_id", "id", "client_id"])]),
  );
  expect(keys.map(({ from, columns, toColumns }) => [from.name, columns, toColumns])).toEqual([
    ["bills", ["tenant_id", "client_id"], ["tenant_id", "id"]],
  ]);
});

test("two tables between the same others do not refer to each other, and a declared key is not found again", () => {
  const between = { primaryKey: { name: null, columns: ["person_id", "article_id"] } };
  const columns = () => [column("person_id"), column("article_id")];
  expect(inferKeys(catalog([table("likes", columns(), between), table("stars", columns(), between)]))).toEqual([]);
  const to = { schema: "public", name: "likes" };
  const declared = { name: null, columns: ["person_id", "article_id"], to, toColumns: ["person_id", "article_id"] };
  const replies = table("replies", [column("id"), ...columns()], {
    foreignKeys: [{ ...declared, onDelete: null, onUpdate: null }],
  });
  expect(inferKeys(catalog([table("likes", columns(), between), replies]))).toEqual([]);
});

test("values of several columns are compared together", () => {
  const candidate = {
    key: "", from: { schema: "s", name: "parcels" }, columns: ["order_id", "line"], to: { schema: "s", name: "lines" },
    toColumns: ["order_id", "no"], confidence: 0.6, evidence: [],
  }; // prettier-ignore
  expect(overlapStatement("postgres", candidate)).toBe(
    'SELECT COUNT(*), COUNT(k."order_id") FROM (SELECT DISTINCT s.v0, s.v1 FROM ' +
      '(SELECT "order_id" AS v0, "line" AS v1 FROM "s"."parcels" WHERE "order_id" IS NOT NULL AND "line" IS NOT NULL LIMIT 2000) AS s) AS d ' +
      'LEFT JOIN "s"."lines" AS k ON k."order_id" = d.v0 AND k."no" = d.v1',
  );
});
