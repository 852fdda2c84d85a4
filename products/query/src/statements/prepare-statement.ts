import type { Cell, Refusal, TextPlace } from "@mindmesh/contracts/query/engine";
import type { StatementParameters } from "@mindmesh/contracts/query/statements";
import type { Database } from "@mindmesh/kernel/db";
import { type MemberCaller, tenantOf } from "@mindmesh/kernel/http";
import { findConnection } from "../connections/find-connection.ts";
import { checkStatement } from "../guard/check-statement.ts";
import type { CheckedStatement } from "../guard/guard.ts";
import type { ConnectionRow } from "../schema.ts";
import { bindParameters } from "./bind-parameters.ts";
import { findParameters } from "./find-parameters.ts";
import { guardKnowledge } from "./guard-knowledge.ts";

export interface PreparedStatement {
  connection: ConnectionRow;
  /** Null when the guard refused it. */
  checked: CheckedStatement | null;
  refusal: Refusal | null;
  values: Cell[];
  askedPlace(place: TextPlace): TextPlace;
}

/**
 * Everything that stands between a text and a database: the caller's rights on the connection, the parameters, the guard.
 * @throws AppError not_found, not_allowed, invalid_fields for parameters without a value
 */
export async function prepareStatement(
  db: Database,
  caller: MemberCaller,
  ask: { connectionId: string; sql: string; parameters: StatementParameters; access: "read" | "write" },
): Promise<PreparedStatement> {
  const { connection, knowledge } = await db.withWorkspace(tenantOf(caller), async (tx) => {
    const row = await findConnection(tx, caller, ask.connectionId);
    return { connection: row, knowledge: await guardKnowledge(tx, row) };
  });
  const { engine } = connection;
  const { sql, values, askedPlace } = bindParameters(ask.sql, engine, findParameters(ask.sql, engine), ask.parameters);
  const verdict = await checkStatement(sql, knowledge, ask.access);
  if (verdict.ok) return { connection, checked: verdict.statement, refusal: null, values, askedPlace };
  const { place } = verdict.refusal;
  return {
    connection,
    checked: null,
    refusal: { ...verdict.refusal, place: place && askedPlace(place) },
    values,
    askedPlace,
  };
}
