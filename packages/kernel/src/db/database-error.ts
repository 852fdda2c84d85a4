import pg from "pg";

/** PostgreSQL's own error (with its code) in what was thrown, or null: Drizzle wraps it and keeps it as the cause. */
export function databaseErrorIn(thrown: unknown): pg.DatabaseError | null {
  let error = thrown;
  for (let depth = 0; depth < 8 && error instanceof Error; depth += 1) {
    if (error instanceof pg.DatabaseError) return error;
    error = error.cause;
  }
  return null;
}
