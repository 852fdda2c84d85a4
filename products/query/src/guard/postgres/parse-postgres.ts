import { hasSqlDetails, loadModule, parseSync } from "libpg-query";
import { refuse } from "../refused.ts";
import { tokensOf } from "../text/tokens.ts";
import { unitsOfBytes, unitsOfCharacters, wordsAt } from "./places.ts";
import { type TreeNode, typed } from "./syntax-tree.ts";

export interface ParsedStatement {
  type: string;
  node: TreeNode;
  /** Of its first word, in UTF-16 units or a little before it. */
  from: number;
}

/** The statements of a text by PostgreSQL's own parser (that of PostgreSQL 18). @throws Refused a syntax error at its place */
export async function parsePostgres(sql: string): Promise<ParsedStatement[]> {
  await loadModule();
  return (treeOf(sql).stmts ?? []).flatMap((raw) => {
    const statement = typed(raw.stmt);
    return statement === null ? [] : [{ ...statement, from: unitsOfBytes(sql, raw.stmt_location ?? 0) }];
  });
}

const manySigns = /[-+*/<>=~!@#%^&|`?]{64}/;

/**
 * PostgreSQL reads a run of operator signs again for each sign that it gives back: 8,000 of them take more than a second.
 * No operator is longer than any other name, which is 63 bytes.
 */
function refuseLongOperators(sql: string): void {
  if (!manySigns.test(sql)) return;
  let from = 0;
  let end = 0;
  for (const token of tokensOf(sql, "postgres")) {
    if (token.kind !== "symbol" || !/^[-+*/<>=~!@#%^&|`?]/.test(sql.slice(token.from, token.to))) continue;
    if (token.from !== end) from = token.from;
    end = token.to;
    if (end - from >= 64) refuse(sql, { from, to: end }, "No operator of PostgreSQL is this long.");
  }
}

function treeOf(sql: string): ReturnType<typeof parseSync> {
  refuseLongOperators(sql);
  if (sql.trim() === "") return { version: 0, stmts: [] };
  try {
    return parseSync(sql);
  } catch (error) {
    // What has run out of stack may have left the parser's memory in any state: `checkStatement` ends its use.
    if (error instanceof RangeError || !hasSqlDetails(error)) throw error;
    const from = unitsOfCharacters(sql, error.sqlDetails?.cursorPosition ?? 0);
    return refuse(sql, wordsAt(sql, Math.min(from, sql.length)), `PostgreSQL cannot read this: ${error.message}.`);
  }
}
