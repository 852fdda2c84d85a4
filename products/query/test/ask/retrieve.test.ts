import type { Catalog } from "@mindmesh/contracts/query/catalog";
import { expect, test } from "vitest";
import { describeSchema } from "../../src/ask/describe-schema.ts";
import { linksOf, retrieve, tableKey } from "../../src/ask/retrieve.ts";
import { shop } from "./shop-catalog.ts";

/** The shop among a thousand tables that have nothing to do with it. */
function large(): Catalog {
  const [pattern] = shop.tables;
  if (!pattern) throw new Error("no table");
  const others = Array.from({ length: 1000 }, (_, index) => ({
    ...pattern,
    name: `ledger_${index}`,
    columns: pattern.columns.map((column) => ({ ...column, name: `field_${column.name}_${index}` })),
    foreignKeys: [],
  }));
  return { ...shop, tables: [...others.slice(0, 500), ...shop.tables, ...others.slice(500)] };
}

const found = (question: string, catalog: Catalog) =>
  retrieve(question, { catalog, links: linksOf(catalog), terms: [], examples: [], samples: false });

test("of a thousand tables those come first that the question names, with what lies between them", () => {
  const catalog = large();
  const { tables } = found("revenue of categories by country of customers", catalog);
  expect(tables.slice(0, 6).map(({ name }) => name)).toEqual(
    expect.arrayContaining(["customers", "categories", "products", "orders"]),
  );
  expect(tables.length).toBeLessThanOrEqual(40);
});

test("a table that is near in meaning is brought in beside those that the words find, and pushes none of them out", () => {
  const catalog = large();
  const meaning = new Map([
    [tableKey({ schema: "shop", name: "ledger_700" }), 1],
    [tableKey({ schema: "shop", name: "ledger_3" }), 0.5],
  ]);
  const { tables } = retrieve("countries of customers", {
    catalog,
    links: linksOf(catalog),
    terms: [],
    examples: [],
    samples: false,
    meaning,
  });
  const names = tables.map(({ name }) => name);
  expect(names[0]).toBe("customers");
  expect(names.indexOf("ledger_700")).toBeLessThan(6);
  expect(names).toContain("ledger_3");
  const blind = retrieve("wherefrom", { catalog, links: [], terms: [], examples: [], samples: false, meaning });
  expect(blind.tables.map(({ name }) => name)).toEqual(["ledger_700", "ledger_3"]);
});

test("a misspelt word finds what was meant", () => {
  expect(found("how many custmers", large()).tables[0]?.name).toBe("customers");
});

test("what a model is told keeps to its tokens, the best tables first", () => {
  const catalog = large();
  const described = describeSchema(found("orders and payments", catalog), linksOf(catalog), 300);
  expect(described.text.length).toBeLessThanOrEqual(300 * 4 + 100);
  expect(described.tables.map(({ name }) => name)).toContain("orders");
});

test("values are looked at only with the consent for samples", () => {
  const catalog = large();
  const ask = (samples: boolean) =>
    retrieve("Berlin", { catalog, links: [], terms: [], examples: [], samples }).tables.map(({ name }) => name);
  expect(ask(true)).toContain("addresses");
  expect(ask(false)).not.toContain("addresses");
});

test("examples of like questions come along, others do not", () => {
  const examples = [
    { question: "orders paid per month", sql: "SELECT 1" },
    { question: "salary of employees", sql: "SELECT 2" },
  ];
  const { examples: near } = retrieve("orders paid per year", {
    catalog: shop,
    links: [],
    terms: [],
    examples,
    samples: false,
  });
  expect(near.map(({ sql }) => sql)).toEqual(["SELECT 1"]);
});
