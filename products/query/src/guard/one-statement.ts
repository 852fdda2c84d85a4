import { refuse } from "./refused.ts";

/** @throws Refused when a text holds no statement, or more than one */
export function oneStatementOnly<T extends { from: number }>(sql: string, statements: T[]): T {
  const [first, second] = statements;
  if (first === undefined)
    return refuse(sql, null, "There is no statement here.", "Write a query, such as `select 1`.");
  if (second !== undefined) {
    refuse(
      sql,
      { from: beginning(sql, second.from), to: sql.length },
      "Only one statement is run at a time: what follows it could end its read-only transaction.",
      "Run them one after the other.",
    );
  }
  return first;
}

function beginning(sql: string, from: number): number {
  const space = /[\s;]*/y;
  space.lastIndex = from;
  space.test(sql);
  return Math.min(space.lastIndex, sql.length);
}
