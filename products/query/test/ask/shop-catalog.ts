/** A shop, as its catalogue: for tests of what needs no database. */
import type { Catalog, CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
const col = (
  name: string,
  type: string,
  kind: CatalogColumn["kind"],
  more: Partial<CatalogColumn> = {},
): CatalogColumn => ({
  name,
  type,
  kind,
  nullable: false,
  default: null,
  generated: null,
  comment: null,
  enumValues: null,
  length: null,
  precision: null,
  scale: null,
  statistics: null,
  ...more,
});
const values = (...v: string[]) => ({
  statistics: {
    nullShare: 0,
    distinct: v.length,
    averageBytes: null,
    minimum: null,
    maximum: null,
    common: v.map((value) => ({ value, share: 0.1 })),
  },
});
const table = (
  name: string,
  columns: CatalogColumn[],
  fks: [string, string][] = [],
  more: Partial<CatalogTable> = {},
): CatalogTable => ({
  schema: "shop",
  name,
  kind: "table",
  comment: null,
  rowEstimate: 1000,
  bytes: 1000,
  columns,
  primaryKey: { name: `${name}_pkey`, columns: ["id"] },
  uniqueKeys: [],
  foreignKeys: fks.map(([c, t]) => ({
    name: null,
    columns: [c],
    to: { schema: "shop", name: t },
    toColumns: ["id"],
    onDelete: null,
    onUpdate: null,
  })),
  checks: [],
  indexes: [],
  definition: null,
  sequentialScans: null,
  analyzedAt: null,
  gap: null,
  ...more,
});
const pk = col("id", "bigint", "integer");
const fk = (n: string, nullable = false) => col(n, "bigint", "integer", { nullable });
export const shop: Catalog = {
  serverVersion: "18",
  searchPath: ["shop"],
  enums: [],
  functions: [],
  gaps: [],
  tables: [
    table("customers", [
      pk,
      col("name", "text", "text"),
      col("email", "text", "text", { nullable: true }),
      col("country", "text", "text", values("Germany", "France", "Spain")),
      col("created_at", "timestamptz", "timestamp"),
      col("is_active", "boolean", "boolean"),
    ]),
    table(
      "addresses",
      [pk, fk("customer_id"), col("city", "text", "text", values("Berlin", "New York"))],
      [["customer_id", "customers"]],
    ),
    table(
      "orders",
      [
        pk,
        fk("customer_id"),
        fk("billing_address_id", true),
        fk("shipping_address_id", true),
        col("status", "text", "enum", { enumValues: ["pending", "paid", "shipped"] }),
        col("total", "numeric", "decimal"),
        col("placed_at", "timestamptz", "timestamp"),
      ],
      [
        ["customer_id", "customers"],
        ["billing_address_id", "addresses"],
        ["shipping_address_id", "addresses"],
      ],
    ),
    table(
      "order_items",
      [pk, fk("order_id"), fk("product_id"), col("quantity", "int", "integer"), col("price", "numeric", "decimal")],
      [
        ["order_id", "orders"],
        ["product_id", "products"],
      ],
    ),
    table(
      "products",
      [
        pk,
        col("name", "text", "text"),
        fk("category_id", true),
        col("price", "numeric", "decimal"),
        col("stock", "int", "integer"),
      ],
      [["category_id", "categories"]],
    ),
    table("categories", [pk, col("name", "text", "text", values("Books", "Toys"))]),
    table(
      "payments",
      [pk, fk("order_id"), col("amount", "numeric", "decimal"), col("paid_at", "timestamptz", "timestamp")],
      [["order_id", "orders"]],
    ),
  ],
};
