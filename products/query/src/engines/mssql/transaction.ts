import { type Login, ask } from "./login.ts";

/** Begins a transaction; there is no read-only one. @throws what the database says */
export async function begin(login: Login, seconds: number, rows: number | null): Promise<void> {
  if (login.lost !== null) throw login.lost;
  await ask(
    login,
    `SET IMPLICIT_TRANSACTIONS OFF; SET XACT_ABORT ON; SET LOCK_TIMEOUT ${seconds * 1000}; SET QUOTED_IDENTIFIER ON; SET ROWCOUNT ${rows ?? 0}; BEGIN TRANSACTION`,
  );
}

/** Takes everything back. A connection that cannot be cleaned is closed. */
export async function leaveNothing(login: Login): Promise<void> {
  if (login.lost !== null) return;
  const late = setTimeout(() => login.destroy(), 5000);
  try {
    await ask(login, "SET ROWCOUNT 0; IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION");
  } catch {
    login.destroy();
  } finally {
    clearTimeout(late);
  }
}
