import type { CheckedStatement } from "../../guard/guard.ts";
import { namesIn } from "../../guard/words/shows-hidden.ts";
import { refuseHiddenReach } from "../hidden-reach.ts";
import { type Login, ask } from "./login.ts";

/**
 * Refuses a statement that reaches what is hidden by a view, a function or a synonym. Texts are empty for what is encrypted, written in another
 * language, or may not be looked at by the login (VIEW DEFINITION). @throws StatementFailure
 */
export async function refuseHiddenNames(login: Login, { sql, hidden }: CheckedStatement): Promise<void> {
  await refuseHiddenReach("mssql", hidden, namesIn(sql, "mssql"), async (names) => {
    const list = names.map((name) => `N'${name.replaceAll("'", "''")}'`).join(", ");
    const found = await ask(
      login,
      `SELECT s.name, o.name, m.definition FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
       LEFT JOIN sys.sql_modules m ON m.object_id = o.object_id
       WHERE o.type IN ('V', 'FN', 'IF', 'TF', 'FS', 'FT', 'AF') AND o.is_ms_shipped = 0 AND LOWER(o.name) IN (${list})
       UNION ALL
       SELECT s.name, y.name, N'SELECT * FROM ' + y.base_object_name FROM sys.synonyms y JOIN sys.schemas s ON s.schema_id = y.schema_id
       WHERE LOWER(y.name) IN (${list})`,
    );
    return found.map(([schema, name, text]) => ({ schema: schema ?? "", name: name ?? "", text: text ?? null }));
  });
}
