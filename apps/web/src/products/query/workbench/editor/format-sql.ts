import type { EngineKind } from "@mindmesh/contracts/query/engine";

const languages = {
  postgres: "postgresql",
  mysql: "mariadb",
  mssql: "transactsql",
  sqlite: "sqlite",
  duckdb: "duckdb",
} as const satisfies Record<EngineKind, string>;

/** The text laid out in the engine's dialect. @throws Error for a text that cannot be read as SQL */
export async function formatSql(text: string, engine: EngineKind): Promise<string> {
  const { format } = await import("sql-formatter");
  return format(text, {
    language: languages[engine],
    tabWidth: 2,
    keywordCase: "upper",
    linesBetweenQueries: 1,
    paramTypes: { named: [":"] },
  });
}
