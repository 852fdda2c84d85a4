import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { GuardKnowledge } from "../../src/guard/guard.ts";

const schemas: Record<EngineKind, string> = {
  postgres: "shop",
  mysql: "shop",
  mssql: "dbo",
  sqlite: "main",
  duckdb: "main",
};

/** A shop of which nothing is hidden. */
export const open = (engine: EngineKind): GuardKnowledge => ({
  engine,
  hidden: [],
  searchPath: [schemas[engine]],
  tables: [
    { schema: schemas[engine], name: "customers", columns: ["id", "name", "email", "city"] },
    { schema: schemas[engine], name: "orders", columns: ["id", "customer_id", "total"] },
  ],
});

/** The same shop; of customers nobody sees the e-mail address, and of salaries nothing. */
export const guarded = (engine: EngineKind): GuardKnowledge => ({
  engine,
  hidden: [
    { schema: schemas[engine], table: "customers", column: "email" },
    { schema: schemas[engine], table: "salaries", column: null },
  ],
  searchPath: [schemas[engine]],
  tables: [
    { schema: schemas[engine], name: "customers", columns: ["id", "name", "city"] },
    { schema: schemas[engine], name: "orders", columns: ["id", "customer_id", "total"] },
  ],
});
