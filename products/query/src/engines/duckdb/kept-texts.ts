import type { DuckDBConnection } from "@duckdb/node-api";
import type { HiddenHere } from "../../guard/guard.ts";
import { namesIn } from "../../guard/words/shows-hidden.ts";
import { refuseHiddenReach } from "../hidden-reach.ts";
import { literal, rowsOf } from "./rows.ts";

/** Refuses a statement that reaches what is hidden by a view or a macro. @throws StatementFailure */
export async function refuseHiddenNames(
  connection: DuckDBConnection,
  { sql, hidden }: { sql: string; hidden: readonly HiddenHere[] },
): Promise<void> {
  await refuseHiddenReach("duckdb", hidden, namesIn(sql, "duckdb"), async (names) => {
    const list = names.map(literal).join(", ");
    const found = await rowsOf<[string, string, string | null]>(
      connection,
      `SELECT schema_name, view_name, sql FROM duckdb_views() WHERE NOT internal AND lower(view_name) IN (${list})
       UNION ALL
       SELECT schema_name, function_name, macro_definition FROM duckdb_functions()
       WHERE NOT internal AND function_type IN ('macro', 'table_macro') AND lower(function_name) IN (${list})`,
    );
    return found.map(([schema, name, text]) => ({ schema, name, text }));
  });
}
