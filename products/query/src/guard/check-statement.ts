import { checkHere } from "./check-here.ts";
import { checkInThread } from "./check-in-thread.ts";
import type { Access, GuardKnowledge, Verdict } from "./guard.ts";
import { tooDeep, unreadable } from "./unreadable.ts";

/** Up to here even the worst text takes some 30 ms to parse and no parser runs out of stack (`npm run bench -- query-guard`). */
const longestHere = 8000;

/** Set once a parser has run out of stack in this thread: its memory may be in any state, so it is not used again. */
let parserIsBroken = false;

/**
 * The first wall before a database: whether one statement may be sent to it, and what it touches. Says yes only to what it knows:
 * with `read` one query, with `write` one INSERT, UPDATE, DELETE or MERGE. Long texts are checked in a thread of their own, so
 * that nobody else waits. The walls behind it are in `docs/flows/query-statement.md`.
 */
export async function checkStatement(sql: string, knowledge: GuardKnowledge, access: Access): Promise<Verdict> {
  const refusal = unreadable(sql);
  if (refusal !== null) return { ok: false, refusal };
  if (sql.length > longestHere || parserIsBroken) return checkInThread(sql, knowledge, access);
  try {
    return await checkHere(sql, knowledge, access);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    parserIsBroken = true;
    return { ok: false, refusal: tooDeep };
  }
}
