import type { Login } from "./login.ts";

/** Cells of our own questions (plans, definitions of views) are kept up to here. */
const longestOwnCell = 16 * 1024 * 1024;

/**
 * Begins a transaction in which values come as exact text and nothing lasts longer than it may. All settings are local to it. Reading
 * ones are READ ONLY, and the first query has been run: until one has, `SET TRANSACTION READ WRITE` would still succeed.
 */
export async function begin(login: Login, access: "read" | "write", seconds: number): Promise<void> {
  login.gate.expectRows(Number.POSITIVE_INFINITY, longestOwnCell);
  const settings: [string, string][] = [
    ["client_encoding", "UTF8"],
    ["statement_timeout", `${seconds}s`],
    // Should this server die in between, the database does not keep its transaction for long.
    ["idle_in_transaction_session_timeout", `${seconds + 60}s`],
    ["datestyle", "ISO"],
    ["intervalstyle", "postgres"],
    ["extra_float_digits", "1"],
    ["bytea_output", "hex"],
    // With other settings the server would read a text otherwise than the guard did.
    ["standard_conforming_strings", "on"],
    ["transform_null_equals", "off"],
  ];
  const set = settings.map(([name, value]) => `set_config('${name}', '${value}', true)`).join(", ");
  await login.client.query(
    `BEGIN ISOLATION LEVEL READ COMMITTED ${access === "read" ? "READ ONLY" : "READ WRITE"}; SELECT ${set}`,
  );
}

/** One statement by the extended protocol, which takes no second one behind it; rows as arrays of texts. */
export async function ask(
  login: Login,
  text: string,
  values: unknown[] = [],
): Promise<{ rows: (string | null)[][]; rowCount: number | null }> {
  // The driver's types do not know its queryMode.
  const question = { text, values, rowMode: "array" as const, queryMode: "extended" };
  return login.client.query<(string | null)[]>(question);
}

/**
 * Ends a transaction without a trace: a few effects, such as advisory locks, survive a transaction and even its rollback. A
 * connection that cannot be cleaned is closed.
 */
export async function leaveNothing(login: Login): Promise<void> {
  const cleaning = (async () => {
    await login.client.query("ROLLBACK");
    await login.client.query("DISCARD ALL");
  })();
  const late = setTimeout(() => login.gate.destroy(), 5000);
  await cleaning.catch(() => login.gate.destroy());
  clearTimeout(late);
}
