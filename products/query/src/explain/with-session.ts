import { AppError } from "@mindmesh/kernel/errors";
import { type SessionDependencies, openSession } from "../connections/open-session.ts";
import { ConnectionFailure, type Session } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";

/**
 * Does a piece of work with a login of its own, which is closed at the end. The caller has been asked for their rights before.
 * @throws AppError database_unreachable when it cannot be opened; and whatever the work throws
 */
export async function withSession<T>(
  dependencies: SessionDependencies,
  row: ConnectionRow,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession(dependencies, row, signal).catch((error: unknown) => {
    if (!(error instanceof ConnectionFailure)) throw error;
    throw new AppError("database_unreachable", { message: error.message, cause: error });
  });
  return work(session).finally(() => session.close());
}
