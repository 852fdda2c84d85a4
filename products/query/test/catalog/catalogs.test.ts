import type { Catalog } from "@mindmesh/contracts/query/catalog";
import { expect, test } from "vitest";
import { catalogForModel, inferredKeysForModel } from "../../src/catalog/catalog-for-model.ts";
import { compareCatalogs } from "../../src/catalog/compare-catalogs.ts";
import { visibleCatalog } from "../../src/catalog/read-catalog.ts";
import { searchCatalog } from "../../src/catalog/search-catalog.ts";
import { catalog, column, table, text } from "./fixture.ts";

const secretValue = "anna@example.org";

const people: Catalog = catalog([
  table(
    "people",
    [
      column("id"),
      text("email", {
        comment: "private",
        statistics: {
          nullShare: 0.125,
          distinct: 4711,
          averageBytes: 23,
          minimum: secretValue,
          maximum: secretValue,
          common: [{ value: secretValue, share: 0.5 }],
        },
      }),
    ],
    {
      rowEstimate: 4711,
      bytes: 4711,
      sequentialScans: 4711,
      indexes: [
        {
          name: "people_email",
          parts: ["email"],
          included: [],
          unique: true,
          primary: false,
          method: "btree",
          condition: null,
          bytes: 4711,
          scans: 4711,
          valid: true,
        },
      ],
    },
  ),
]);

test("without consent for names nothing of a catalogue goes to a model, whatever else is allowed", () => {
  expect(catalogForModel(people, { names: false, statistics: true, samples: true })).toBeNull();
});

test("with names alone no figure that was counted and no value from a row is left", () => {
  const given = catalogForModel(people, { names: true, statistics: false, samples: false });
  expect(given?.tables[0]?.columns.map(({ name }) => name)).toEqual(["id", "email"]);
  expect(JSON.stringify(given)).not.toMatch(/4711|anna|0\.125/);
});

test("statistics and samples are given each for itself", () => {
  const counted = JSON.stringify(catalogForModel(people, { names: true, statistics: true, samples: false }));
  expect(counted).toContain("4711");
  expect(counted).not.toContain(secretValue);
  const shown = JSON.stringify(catalogForModel(people, { names: true, statistics: false, samples: true }));
  expect(shown).toContain(secretValue);
  expect(shown).not.toMatch(/4711|0\.5/);
  expect(catalogForModel(people, { names: true, statistics: true, samples: true })).toEqual(people);
});

test("evidence of inferred keys counts values, so it goes only with statistics; rejected keys never go", () => {
  const key = {
    key: "a",
    from: { schema: "", name: "a" },
    columns: ["b_id"],
    to: { schema: "", name: "b" },
    toColumns: ["id"],
    confidence: 0.93,
    evidence: ["93 of 100 values."],
  };
  const keys = [
    { ...key, decision: "open" as const },
    { ...key, decision: "rejected" as const },
  ];
  expect(inferredKeysForModel(keys, { names: true, statistics: false, samples: false })).toEqual([
    { ...key, decision: "open", evidence: [], confidence: 0.5 },
  ]);
  expect(inferredKeysForModel(keys, { names: true, statistics: true, samples: false })).toHaveLength(1);
  expect(inferredKeysForModel(keys, { names: false, statistics: true, samples: true })).toEqual([]);
});

test("what is hidden leaves no key, index, check or view that would tell of it", () => {
  const orders = table("orders", [column("id"), column("person_id")], {
    foreignKeys: [
      {
        name: null,
        columns: ["person_id"],
        to: { schema: "public", name: "people" },
        toColumns: ["id"],
        onDelete: null,
        onUpdate: null,
      },
    ],
  });
  const view = table("emails", [text("address")], {
    kind: "view",
    primaryKey: null,
    definition: "SELECT email FROM people",
  });
  const all = catalog([...people.tables, orders, view]);
  const withoutColumn = visibleCatalog("postgres", all, [{ schema: "public", table: "people", column: "email" }]);
  expect(JSON.stringify(withoutColumn)).not.toMatch(/"email"|people_email|SELECT email/);
  const withoutTable = visibleCatalog("postgres", all, [{ schema: "public", table: "people", column: null }]);
  expect(withoutTable.tables.map(({ name }) => name)).toEqual(["orders"]);
  expect(JSON.stringify(withoutTable)).not.toContain("people");
});

test("two readings that are the same have no changes; a changed index, view, comment, enumeration or function is told", () => {
  expect(compareCatalogs(people, people)).toEqual([]);
  const [first] = people.tables;
  const [index] = first!.indexes;
  const after = catalog(
    [
      {
        ...first!,
        comment: "who we know",
        indexes: [{ ...index!, unique: false }],
        primaryKey: null,
      },
    ],
    {
      enums: [{ schema: "public", name: "mood", values: ["good", "bad"], comment: null }],
      functions: [
        {
          schema: "public",
          name: "twice",
          arguments: "n integer",
          returns: "integer",
          kind: "function",
          language: "sql",
          volatility: "immutable",
          securityDefiner: false,
          comment: null,
        },
      ],
    },
  );
  const told = compareCatalogs(people, after).map(({ kind, what, name }) => `${kind} ${what} ${name ?? ""}`.trim());
  expect(told.toSorted()).toEqual([
    "added comment",
    "added enumeration mood",
    "added function twice(n integer)",
    "changed index people_email",
    "removed primary key people_pkey",
  ]);
});

test("a search finds tables before columns, names before comments, and wants all words", () => {
  const all = catalog([
    table("order_lines", [column("id"), column("order_id")]),
    table("orders", [column("id"), text("note", { comment: "what the order is about" })]),
    table("people", [column("id")]),
  ]);
  const names = (words: string) =>
    searchCatalog(all, words, 10).map((hit) => [hit.table, hit.column].filter(Boolean).join("."));
  expect(names("orders")).toEqual(["orders", "orders.id", "orders.note"]);
  expect(names("order").slice(0, 2)).toEqual(["orders", "order_lines"]);
  expect(names("order about")).toEqual(["orders.note"]);
  expect(names("public.people")).toEqual(["people", "people.id"]);
  expect(names("nothing")).toEqual([]);
});

test("a view that would show what is hidden is hidden with it, also through another view or a part of a table", () => {
  const view = (name: string, definition: string | null) =>
    table(name, [text("a")], { kind: "view", primaryKey: null, definition });
  const all = catalog([
    ...people.tables,
    view("addresses", 'SELECT p."email" AS a FROM people p'),
    view("again", "SELECT a FROM addresses"),
    view("everything", "SELECT p.* FROM people p"),
    view("unknown", null),
    view("counts", "SELECT count(*) AS a FROM people"),
    table("people_2026", [text("email")], { partOf: [{ schema: "public", name: "people" }] }),
  ]);
  const left = (column: string | null) =>
    visibleCatalog("postgres", all, [{ schema: "public", table: "people", column }]).tables.map(({ name }) => name);
  expect(left("email")).toEqual(["people", "counts"]);
  expect(left(null)).toEqual([]);
  expect(visibleCatalog("postgres", all, []).tables).toHaveLength(all.tables.length);
});
