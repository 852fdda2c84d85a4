import type { Catalog, TableName } from "@mindmesh/contracts/query/catalog";
import type { Cell } from "@mindmesh/contracts/query/engine";
import { type Session, StatementFailure } from "../engines/engine.ts";
import { checkStatement } from "../guard/check-statement.ts";

const limits = { seconds: 3, rows: 10, bytes: 100_000, cost: null };

/** Runs one small reading statement on the named tables; null when the database or the guard does not allow it. */
export type AskDatabase = (sql: string, tables: readonly TableName[]) => Promise<Cell[][] | null>;

/**
 * Asks through a session what the server itself wants to know, under the guard and tight limits as anybody's statement.
 * @throws StatementFailure when the connection is lost or the work was cancelled
 */
export function askUnderGuard(session: Session, catalog: Catalog, signal: AbortSignal): AskDatabase {
  const { engine } = session;
  const place = ({ schema, name }: TableName) => JSON.stringify([schema, name]);
  const known = new Map(catalog.tables.map((table) => [place(table), table]));
  return async (sql, names) => {
    const tables = names.flatMap((name) => {
      const table = known.get(place(name));
      return table
        ? [{ schema: table.schema, name: table.name, columns: table.columns.map((column) => column.name) }]
        : [];
    });
    const knowledge = { engine, hidden: [], searchPath: catalog.searchPath, tables };
    const verdict = await checkStatement(sql, knowledge, "read");
    if (!verdict.ok) return null;
    const rows: Cell[][] = [];
    try {
      const { statement } = verdict;
      for await (const part of session.run({ statement, parameters: [], limits, signal })) {
        if (part.type === "rows") rows.push(...part.rows);
      }
    } catch (error) {
      if (!(error instanceof StatementFailure) || error.kind === "lost" || signal.aborted) throw error;
      return null;
    }
    return rows;
  };
}
