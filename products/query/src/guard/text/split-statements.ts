import type { EngineKind, TextPlace } from "@mindmesh/contracts/query/engine";
import { tokensOf } from "./tokens.ts";

/**
 * Where each statement of a text stands, in UTF-16 units: from its first word to its last, without the semicolon and the comments
 * around it. Semicolons in quotes, dollar quotes and comments do not count; on SQL Server a line `GO` ends one, too. The body of a
 * function or trigger that is not in quotes is cut at its semicolons: none is run here.
 */
export function splitStatements(sql: string, engine: EngineKind): TextPlace[] {
  const places: TextPlace[] = [];
  let from: number | null = null;
  let to = 0;
  const end = () => {
    if (from !== null) places.push({ from, to });
    from = null;
  };
  for (const token of tokensOf(sql, engine)) {
    if (token.kind === "comment") continue;
    const semicolon = token.kind === "symbol" && sql[token.from] === ";";
    if (semicolon || (engine === "mssql" && token.kind === "word" && isBatchEnd(sql, token))) {
      end();
      continue;
    }
    from ??= token.from;
    to = token.to;
  }
  end();
  return places;
}

/** The statement at a place in the text, or the last one before it: what “run this” means. Null where there is none. */
export function statementAt(sql: string, engine: EngineKind, place: number): TextPlace | null {
  const places = splitStatements(sql, engine);
  return places.findLast(({ from }) => from <= place) ?? places[0] ?? null;
}

function isBatchEnd(sql: string, { from, to }: TextPlace): boolean {
  if (sql.slice(from, to).toLowerCase() !== "go") return false;
  const lineStart = sql.lastIndexOf("\n", from - 1) + 1;
  const lineEnd = sql.indexOf("\n", to);
  return /^\s*go\s*$/i.test(sql.slice(lineStart, lineEnd < 0 ? undefined : lineEnd));
}
