import { type TileResult, mostTileRows } from "@mindmesh/contracts/query/dashboards";
import type { StatementOrigin, StatementParameters } from "@mindmesh/contracts/query/statements";
import type { Actor } from "@mindmesh/kernel/audit";
import { AppError } from "@mindmesh/kernel/errors";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { findSavedQuery } from "../saved-queries/saved-queries.ts";
import type { RunDependencies } from "../statements/run-statement.ts";
import { runToEnd } from "../statements/run-to-end.ts";
import { findDashboard } from "./dashboards.ts";

export interface SavedRun {
  savedQueryId: string;
  /** Values by name; those that the query does not ask for are left aside. */
  parameters: StatementParameters;
  origin: StatementOrigin;
  fresh: boolean;
}

/**
 * Runs a saved query under the rights of the caller, with its own parameters and those given for the same names.
 * @throws AppError not_found, statement_refused, statement_failed, database_unreachable
 */
export async function runSaved(
  dependencies: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  { savedQueryId, parameters, origin, fresh }: SavedRun,
): Promise<TileResult> {
  const saved = await dependencies.db.withWorkspace(tenantOf(caller), (tx) => findSavedQuery(tx, caller, savedQueryId));
  const wanted = Object.keys(saved.parameters);
  const given = Object.fromEntries(Object.entries(parameters).filter(([name]) => wanted.includes(name)));
  const { statement, rows } = await runToEnd(dependencies, caller, actor, {
    connectionId: saved.connectionId,
    sql: saved.sql,
    parameters: { ...saved.parameters, ...given },
    origin,
    fresh,
    rows: mostTileRows,
  });
  return {
    columns: statement.columns,
    rows,
    more: statement.stoppedBy !== null,
    readAt: statement.cachedAt ?? statement.finishedAt ?? statement.createdAt,
    cached: statement.cachedAt !== null,
  };
}

/** What one tile of a dashboard shows now. @throws AppError not_found, and what `runSaved` throws */
export async function readTile(
  dependencies: RunDependencies,
  caller: MemberCaller,
  actor: Actor,
  place: { dashboardId: string; tileId: string },
  ask: { parameters: StatementParameters; fresh: boolean },
): Promise<TileResult> {
  const row = await dependencies.db.withWorkspace(tenantOf(caller), (tx) =>
    findDashboard(tx, caller, place.dashboardId),
  );
  const found = row.tiles.find(({ id }) => id === place.tileId);
  if (!found) throw new AppError("not_found", { message: "This tile is no longer on the dashboard. Load it again." });
  const parameters = { ...row.parameters, ...ask.parameters };
  return runSaved(dependencies, caller, actor, {
    savedQueryId: found.savedQueryId,
    parameters,
    origin: "person",
    fresh: ask.fresh,
  });
}
