import { type DuckDBConnection, StatementType } from "@duckdb/node-api";
import type { Cell } from "@mindmesh/contracts/query/engine";
import type { ChildRequest } from "../child/messages.ts";
import { rowBatches } from "../child/row-batches.ts";
import type { ChildTurn } from "../child/serve-child.ts";
import { StatementFailure } from "../engine.ts";
import { bindParameters } from "./parameters.ts";
import { kindOf, writerOf } from "./values.ts";

type RunAsk = Extract<ChildRequest, { ask: "run" }>;

/** What is run without a preview. DuckDB tells what a statement is before it runs. */
const reading = new Set([StatementType.SELECT, StatementType.EXPLAIN]);

/** Prepares a statement that only reads. @throws StatementFailure for any other */
export async function prepareReading(connection: DuckDBConnection, sql: string, parameters: readonly Cell[]) {
  const statement = await connection.prepare(sql);
  if (!reading.has(statement.statementType)) {
    const name = (StatementType[statement.statementType] ?? "other").toLowerCase().replaceAll("_", " ");
    throw new StatementFailure(
      "refused",
      `Only reading is open here, and this is another kind of statement (${name}).`,
    );
  }
  await bindParameters(connection, statement, parameters);
  return statement;
}

/** Runs a reading statement and sends its rows as they come. */
export async function runDuckdb(
  connection: DuckDBConnection,
  request: Pick<RunAsk, "sql" | "parameters" | "rows" | "bytes" | "whole">,
  turn: ChildTurn,
): Promise<null> {
  const began = performance.now();
  const statement = await prepareReading(connection, request.sql, request.parameters);
  const result = await statement.stream();
  const types = result.columnTypes();
  const names = result.columnNames();
  const columns = types.map((type, index) => ({
    name: names[index] ?? "",
    type: type.alias ?? type.toString(),
    kind: kindOf(type),
  }));
  await turn.part({ type: "columns", columns });

  const writers = types.map(writerOf);
  const batches = rowBatches(request);
  let isOpen = true;
  while (isOpen) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const values of chunk.getRows()) {
      const row = values.map((value, index) => writers[index]!(value));
      if (request.whole?.row === batches.rowCount) await turn.whole(row[request.whole.column] ?? "");
      if (!batches.add(row)) {
        isOpen = false;
        break;
      }
      if (batches.isFull) await turn.part(batches.take()!);
    }
  }
  const rest = batches.take();
  if (rest !== null) await turn.part(rest);
  await turn.part({
    type: "end",
    rows: batches.rowCount,
    affectedRows: null,
    stoppedBy: batches.stoppedBy,
    milliseconds: performance.now() - began,
  });
  return null;
}
