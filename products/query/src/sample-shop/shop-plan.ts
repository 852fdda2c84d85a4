import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { Distribution, Generator, MockPlan, MockReference, MockTable } from "@mindmesh/contracts/query/mock-data";
import { suggestPlan } from "../mock-data/suggest-plan.ts";
import { categories, countries, coffees, reviewBodies, reviewTitles, warehouses } from "./shop-words.ts";

const seed = 20_261_129;
const rows: Record<string, number> = {
  countries: countries.length,
  warehouses: warehouses.length,
  employees: 120,
  categories: categories.length,
  suppliers: 80,
  products: 1_200,
  customers: 8_000,
  addresses: 10_000,
  coupons: 60,
  orders: 30_000,
  order_items: 72_000,
  payments: 29_400,
  shipments: 28_000,
  returns: 2_600,
  reviews: 12_000,
  stock: 4_800,
  page_views: 60_000,
};

const zipf = (exponent: number): Distribution => ({ shape: "zipf", exponent });
const uniform: Distribution = { shape: "uniform" };
const weighted = (weights: Record<string, number>): Generator => ({
  kind: "list",
  values: Object.entries(weights).map(([value, weight]) => ({ value, weight })),
});
const oneOf = (values: readonly string[]): Generator => ({
  kind: "list",
  values: values.map((value) => ({ value, weight: 1 })),
});
const money = (minimum: number, maximum: number, mean: number): Generator => ({
  kind: "decimal",
  minimum,
  maximum,
  scale: 2,
  distribution: { shape: "normal", mean, deviation: 0.15 },
});
/** The value of a list that stands in the row's place of it. */
const inOrder = (values: readonly string[]): Generator => ({
  kind: "expression",
  expression: `CASE id ${values.map((value, index) => `WHEN ${index + 1} THEN '${value.replaceAll("'", "''")}'`).join(" ")} END`,
});
const byCode = (values: ReadonlyMap<string, string>): Generator => ({
  kind: "expression",
  expression: `CASE code ${[...values].map(([code, value]) => `WHEN '${code}' THEN '${value}'`).join(" ")} END`,
});

/** What is made for the columns of which more is known than their names say. `from` and `until` bound all that happens. */
const generators = (from: string, until: string): Record<string, Generator> => {
  const busy: Generator = { kind: "time", unit: "timestamp", from, to: until, pattern: "growing" };
  const early = `${Number(from.slice(0, 4)) - 6}-01-01`;
  return {
    "countries.code": oneOf(countries.map(([code]) => code)),
    "countries.name": byCode(new Map(countries.map(([code, name]) => [code, name]))),
    "countries.currency": byCode(new Map(countries.map(([code, , currency]) => [code, currency]))),
    "countries.vat_rate": byCode(new Map(countries.map(([code, , , rate]) => [code, rate]))),
    "warehouses.name": { kind: "template", template: "{city} depot" },
    "warehouses.city": inOrder(warehouses.map(([city]) => city)),
    "warehouses.country_code": inOrder(warehouses.map(([, country]) => country)),
    "warehouses.opened_on": { kind: "time", unit: "date", from: early, to: from, pattern: "even" },
    "employees.role": weighted({
      sales: 24,
      support: 22,
      warehouse: 34,
      "barista trainer": 8,
      marketing: 12,
      finance: 8,
      manager: 12,
    }),
    "employees.hired_on": { kind: "time", unit: "date", from: early, to: until, pattern: "growing" },
    "employees.salary": money(28_000, 96_000, 0.3),
    "categories.name": inOrder(categories.map(([name]) => name)),
    "categories.parent_id": {
      kind: "expression",
      expression: `CASE id ${categories.map(([, parent], index) => `WHEN ${index + 1} THEN ${parent ?? "NULL"}`).join(" ")} END`,
    },
    "categories.slug": { kind: "template", template: "{name|slug}" },
    "suppliers.name": { kind: "meaning", meaning: "company" },
    "suppliers.contact_email": { kind: "template", template: "{contact_name|slug}@example.org" },
    "suppliers.rating": weighted({ 5: 22, 4: 38, 3: 26, 2: 10, 1: 4 }),
    "products.sku": { kind: "pattern", pattern: "TW-???-####" },
    "products.name": oneOf(coffees),
    "products.price": money(4.5, 420, 0.08),
    "products.cost": { kind: "expression", expression: "round(price * (45 + id % 31) / 100.0, 2)" },
    "products.weight_grams": {
      kind: "integer",
      minimum: 80,
      maximum: 6_000,
      distribution: { shape: "normal", mean: 0.12, deviation: 0.2 },
    },
    "products.status": weighted({ active: 80, seasonal: 9, "sold out": 4, discontinued: 7 }),
    "products.created_at": { kind: "time", unit: "timestamp", from: early, to: until, pattern: "working hours" },
    "customers.segment": weighted({ home: 72, office: 16, cafe: 9, reseller: 3 }),
    "customers.marketing_consent": {
      kind: "list",
      values: [
        { value: "1", weight: 58 },
        { value: "0", weight: 42 },
      ],
    },
    "customers.referred_by": { kind: "integer", minimum: 1, maximum: rows.customers!, distribution: zipf(1) },
    "customers.created_at": busy,
    "addresses.city": { kind: "meaning", meaning: "city" },
    "coupons.code": { kind: "pattern", pattern: "BREW-????##" },
    "coupons.percent": weighted({ 5: 20, 10: 40, 15: 20, 20: 12, 25: 5, 30: 2, 50: 1 }),
    "coupons.valid_from": { kind: "time", unit: "date", from, to: until, pattern: "even" },
    "coupons.valid_until": { kind: "after", column: "valid_from", minimum: 7 * 86_400, maximum: 120 * 86_400 },
    "orders.number": { kind: "template", template: "TC-1{#}" },
    "orders.channel": weighted({ web: 58, app: 29, phone: 6, store: 7 }),
    "orders.status": weighted({ delivered: 78, shipped: 6, paid: 4, pending: 3, cancelled: 5, returned: 4 }),
    "orders.ordered_at": busy,
    "orders.shipped_at": { kind: "after", column: "ordered_at", minimum: 3 * 3_600, maximum: 4 * 86_400 },
    "orders.total": { kind: "database" },
    "order_items.quantity": weighted({ 1: 62, 2: 20, 3: 7, 4: 4, 6: 3, 10: 2, 12: 1, 24: 1 }),
    "order_items.unit_price": { kind: "copy", reference: 1, column: "price" },
    "order_items.discount_percent": weighted({ 0: 86, 5: 5, 10: 6, 20: 3 }),
    "payments.method": weighted({ card: 52, paypal: 24, invoice: 13, "bank transfer": 8, "gift card": 3 }),
    "payments.status": weighted({ settled: 95, authorised: 4, failed: 1 }),
    "payments.amount": weighted({ 0: 1 }),
    "payments.paid_at": { kind: "copy", reference: 0, column: "ordered_at" },
    "shipments.carrier": weighted({ DHL: 48, UPS: 18, DPD: 16, PostNord: 12, "own van": 6 }),
    "shipments.tracking_number": { kind: "pattern", pattern: "??##########" },
    "shipments.shipped_at": { kind: "copy", reference: 0, column: "ordered_at" },
    "shipments.delivered_at": { kind: "null" },
    "returns.reason": weighted({ damaged: 28, "wrong item": 17, "too late": 14, "did not like it": 31, other: 10 }),
    "returns.requested_at": busy,
    "returns.refunded_at": { kind: "null" },
    "reviews.rating": weighted({ 5: 46, 4: 27, 3: 13, 2: 6, 1: 8 }),
    "reviews.title": oneOf(reviewTitles),
    "reviews.body": oneOf(reviewBodies),
    "reviews.created_at": busy,
    "stock.quantity": {
      kind: "integer",
      minimum: 0,
      maximum: 400,
      distribution: { shape: "normal", mean: 0.2, deviation: 0.2 },
    },
    "stock.reorder_level": weighted({ 10: 30, 20: 40, 40: 20, 80: 10 }),
    "page_views.visitor": { kind: "pattern", pattern: "v-********" },
    "page_views.customer_id": { kind: "integer", minimum: 1, maximum: rows.customers!, distribution: zipf(0.7) },
    "page_views.product_id": { kind: "integer", minimum: 1, maximum: rows.products!, distribution: zipf(0.9) },
    "page_views.path": {
      kind: "expression",
      expression: "CASE WHEN product_id IS NULL THEN '/' ELSE '/products/' || product_id END",
    },
    "page_views.referrer": weighted({
      "https://search.example": 55,
      "https://social.example": 25,
      "https://news.example": 12,
      "https://mail.example": 8,
    }),
    "page_views.device": weighted({ phone: 61, desktop: 32, tablet: 7 }),
    "page_views.viewed_at": busy,
  };
};

const nullShares: Record<string, number> = {
  "categories.parent_id": 0,
  "suppliers.rating": 0.1,
  "customers.phone": 0.35,
  "customers.referred_by": 0.8,
  "orders.shipped_at": 0,
  "shipments.tracking_number": 0,
  "reviews.title": 0.3,
  "reviews.body": 0.2,
  "page_views.customer_id": 0.55,
  "page_views.product_id": 0.25,
  "page_views.referrer": 0.4,
};

const countryShares = zipf(0.9);

/** References that say more than the declared keys: an order's addresses are those of its customer. */
const references: Record<string, MockReference[]> = {
  categories: [],
  warehouses: [],
  orders: [
    reference(["billing_address_id", "customer_id"], "addresses", ["id", "customer_id"], zipf(0.5)),
    reference(["customer_id", "shipping_address_id"], "addresses", ["customer_id", "id"], uniform),
    reference(["coupon_id"], "coupons", ["id"], zipf(0.8), 0.86),
    reference(["sales_employee_id"], "employees", ["id"], zipf(0.7), 0),
  ],
  order_items: [
    reference(["order_id"], "orders", ["id"], uniform),
    reference(["product_id"], "products", ["id"], zipf(0.75)),
  ],
};

function reference(
  columns: string[],
  to: string,
  toColumns: string[],
  distribution: Distribution,
  nullShare = 0,
): MockReference {
  return { columns, to: { schema: "main", name: to }, toColumns, distribution, nullShare };
}

/** The plan of the sample shop, over its empty tables. @param today the last day on which something happens */
export function shopPlan(catalog: Pick<Catalog, "tables">, today: string): MockPlan {
  const from = `${Number(today.slice(0, 4)) - 3}-01-01`;
  const own = generators(from, today);
  const plan = suggestPlan(catalog, { seed, locale: "en", rows: 0, today });
  const tables = plan.tables.map((table): MockTable => {
    const known = references[table.name] ?? table.references.map((each) => withShares(table.name, each));
    return {
      ...table,
      rows: rows[table.name] ?? 0,
      references: known,
      columns: table.columns.map((column) => {
        const place = `${table.name}.${column.name}`;
        const at = known.findIndex(({ columns }) => columns.includes(column.name));
        const ofReference: Generator | null = at === -1 ? null : { kind: "reference", reference: at };
        return {
          ...column,
          generator: own[place] ?? ofReference ?? column.generator,
          nullShare: nullShares[place] ?? column.nullShare,
        };
      }),
    };
  });
  return { ...plan, tables };
}

function withShares(table: string, each: MockReference): MockReference {
  if (each.to.name === "countries") return { ...each, distribution: countryShares };
  if (table === "employees" && each.to.name === "warehouses") return { ...each, nullShare: 0.6 };
  if (table === "employees") return { ...each, nullShare: 0, distribution: zipf(1) };
  if (table === "stock" || table === "payments" || table === "shipments" || table === "returns")
    return { ...each, distribution: uniform };
  return each;
}
