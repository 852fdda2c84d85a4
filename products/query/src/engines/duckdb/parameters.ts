import { type DuckDBConnection, type DuckDBPreparedStatement, DuckDBTypeId, type DuckDBValue } from "@duckdb/node-api";
import type { Cell } from "@mindmesh/contracts/query/engine";
import { StatementFailure } from "../engine.ts";

/**
 * Gives a prepared statement its parameters: each as the type that DuckDB expects in its place, read by DuckDB itself; where it expects
 * none in particular a whole number is a number and everything else is text.
 * @throws StatementFailure for a text that is no value of the type
 */
export async function bindParameters(
  connection: DuckDBConnection,
  statement: DuckDBPreparedStatement,
  parameters: readonly Cell[],
): Promise<void> {
  if (parameters.length !== statement.parameterCount) {
    throw new StatementFailure(
      "other",
      `The statement has ${statement.parameterCount} parameters; ${parameters.length} were given.`,
    );
  }
  for (const [index, cell] of parameters.entries()) {
    const place = index + 1;
    const type = statement.parameterType(place);
    if (cell === null) statement.bindNull(place);
    else if (type.typeId === DuckDBTypeId.VARCHAR) statement.bindVarchar(place, cell);
    else if (type.typeId === DuckDBTypeId.ANY || type.typeId === DuckDBTypeId.SQLNULL) {
      if (/^-?(?:0|[1-9]\d{0,17})$/.test(cell)) statement.bindBigInt(place, BigInt(cell));
      else statement.bindVarchar(place, cell);
    } else statement.bindValue(place, await valueOf(connection, cell, type.toString()), type);
  }
}

async function valueOf(connection: DuckDBConnection, cell: string, type: string): Promise<DuckDBValue> {
  const cast = await connection.prepare(`SELECT TRY_CAST($1::VARCHAR AS ${type})`);
  cast.bindVarchar(1, cell);
  const [row] = (await cast.runAndReadAll()).getRows();
  const value = row?.[0] ?? null;
  if (value === null) throw new StatementFailure("other", `"${cell.slice(0, 100)}" is no ${type}.`);
  return value;
}
