/** Something that must not get through to a database with any effect. */
export interface Attempt {
  /** What it would do. */
  name: string;
  sql: string;
  /**
   * The first wall that stops it: the guard by the text alone; the second look at the catalogue and the planner; or the session
   * with its read-only transaction, its rights and its limits.
   */
  caughtBy: "guard" | "second look" | "session";
}

export const byGuard = (name: string, sql: string): Attempt => ({ name, sql, caughtBy: "guard" });
export const bySecondLook = (name: string, sql: string): Attempt => ({ name, sql, caughtBy: "second look" });
export const bySession = (name: string, sql: string): Attempt => ({ name, sql, caughtBy: "session" });
