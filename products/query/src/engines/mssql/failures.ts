import type { TextPlace } from "@mindmesh/contracts/query/engine";
import { StatementFailure, type StatementFailureKind } from "../engine.ts";

interface ServerError extends Error {
  number?: number;
  code?: string;
  lineNumber?: number;
}

const kinds: [readonly number[], StatementFailureKind][] = [
  [[229, 230, 262, 297, 300, 916, 15247], "rights"],
  [[102, 105, 156, 170, 207, 208, 209, 195, 4104, 8120, 8127, 137, 1033], "syntax"],
  [[1222, 3617], "time"],
  [[6005, 596, 40613], "lost"],
];

/** A failure of the database in the words of the contract; the numbers are SQL Server's (sys.messages). */
export function statementFailure(error: unknown, sql: string): StatementFailure {
  if (error instanceof StatementFailure) return error;
  const { number, code, message, lineNumber } = error as ServerError;
  if (code === "ECANCEL") return new StatementFailure("cancelled", "The statement was cancelled.", { cause: error });
  if (number === undefined) {
    const lost = "The connection to the database was lost. Was the database restarted? Run the statement again.";
    return new StatementFailure("lost", lost, { cause: error });
  }
  const kind = kinds.find(([numbers]) => numbers.includes(number))?.[1] ?? "other";
  return new StatementFailure(kind, message, {
    code: String(number),
    place: placeOf(sql, message, lineNumber ?? 1),
    cause: error,
  });
}

/** SQL Server tells the line, and quotes the name or the word that it does not understand. */
function placeOf(sql: string, message: string, line: number): TextPlace | null {
  const name = /(?:near|name|identifier) '(?:[^']*\.)?([^'.]+)'/.exec(message)?.[1];
  if (name === undefined) return null;
  const start = sql
    .split("\n")
    .slice(0, line - 1)
    .reduce((sum, each) => sum + each.length + 1, 0);
  const from = sql.toLowerCase().indexOf(name.toLowerCase(), start);
  return from < 0 ? null : { from, to: from + name.length };
}
