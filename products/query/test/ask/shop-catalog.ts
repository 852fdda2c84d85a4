/** A shop, as its catalogue: for tests of what needs no database. */
import type { Catalog, CatalogColumn, CatalogTable } from "@mindmesh/contracts/query/catalog";
import { column, table as plainTable } from "@mindmesh/test-support";

const col = (
  name: string,
  type: string,
  kind: CatalogColumn["kind"],
  more: Partial<CatalogColumn> = {},
): CatalogColumn => column(name, { type, kind, nullable: false, ...more });
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
): CatalogTable =>
  plainTable(name, columns, {
    schema: "shop",
    rowEstimate: 1000,
    bytes: 1000,
    primaryKey: { name: `${name}_pkey`, columns: ["id"] },
    foreignKeys: fks.map(([c, t]) => ({
      name: null,
      columns: [c],
      to: { schema: "shop", name: t },
      toColumns: ["id"],
      onDelete: null,
      onUpdate: null,
    })),
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
