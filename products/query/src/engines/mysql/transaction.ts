import { StatementFailure } from "../engine.ts";
import { type Login, ask } from "./login.ts";

/**
 * Begins a transaction. Settings hold for the session, which is used by this program only and set anew each time. Reading ones are READ
 * ONLY, and so is the session.
 */
export async function begin(
  login: Login,
  access: "read" | "write",
  seconds: number,
  rows: number | null = null,
): Promise<void> {
  if (login.lost !== null) throw login.lost;
  const { connection, isMariaDb, sqlMode } = login;
  const readOnly = access === "read" ? 1 : 0;
  // MySQL's limit is in milliseconds and for SELECT only; MariaDB's is in seconds and for everything.
  const time = isMariaDb ? `max_statement_time = ${seconds}` : `max_execution_time = ${seconds * 1000}`;
  const settings = [
    `sql_mode = '${sqlMode}'`,
    time,
    `${isMariaDb ? "tx_read_only" : "transaction_read_only"} = ${readOnly}`,
    `sql_select_limit = ${rows === null ? "DEFAULT" : rows}`,
    `lock_wait_timeout = ${Math.max(1, seconds)}`,
    "autocommit = 1",
  ];
  await ask(connection, `SET ${settings.map((each) => `SESSION ${each}`).join(", ")}`);
  await ask(connection, `START TRANSACTION ${access === "read" ? "READ ONLY" : "READ WRITE"}`);
}

/** Ends a transaction without a trace; a connection that cannot be cleaned is closed. */
export async function leaveNothing(login: Login): Promise<void> {
  if (login.lost !== null) return;
  const late = setTimeout(() => login.destroy(), 5000);
  try {
    await ask(login.connection, "ROLLBACK");
    // Locks by name are no part of a transaction.
    await ask(login.connection, "DO RELEASE_ALL_LOCKS()");
  } catch {
    login.destroy();
  } finally {
    clearTimeout(late);
  }
}

/** The statements by which the server puts parameters in place of the question marks itself. */
export function withParameters(
  login: Login,
  sql: string,
  parameters: (string | null)[],
): { before: string[]; sql: string } {
  if (parameters.length === 0) return { before: [], sql };
  if (parameters.length > 1000) throw new StatementFailure("other", "A statement takes up to 1,000 parameters.");
  const names = parameters.map((_, index) => `@mindmesh_${index}`);
  const values = parameters.map((value, index) => `${names[index]} = ${value === null ? "NULL" : hexText(value)}`);
  return {
    before: [`SET @mindmesh_sql = ${hexText(sql)}, ${values.join(", ")}`, "PREPARE mindmesh FROM @mindmesh_sql"],
    sql: `EXECUTE mindmesh USING ${names.join(", ")}`,
  };
}

/** A text as the bytes it is made of: nothing in it can end it. */
const hexText = (text: string) =>
  text === "" ? "_utf8mb4''" : `_utf8mb4 0x${Buffer.from(text, "utf8").toString("hex")}`;
