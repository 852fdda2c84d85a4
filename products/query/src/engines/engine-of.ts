import type { EngineKind } from "@mindmesh/contracts/query/engine";
import type { Engine } from "./engine.ts";

/** The engine of a kind. Its libraries are loaded when the first connection needs them, so that the server starts without. */
export async function engineOf(kind: EngineKind): Promise<Engine> {
  switch (kind) {
    case "postgres":
      return (await import("./postgres/index.ts")).postgresEngine;
    case "mysql":
      return (await import("./mysql/index.ts")).mysqlEngine;
    case "mssql":
      return (await import("./mssql/index.ts")).mssqlEngine;
    case "sqlite":
      return (await import("./sqlite/index.ts")).sqliteEngine;
    case "duckdb":
      return (await import("./duckdb/index.ts")).duckdbEngine;
  }
}
