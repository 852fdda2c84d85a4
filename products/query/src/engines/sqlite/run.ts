import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { ChildRequest } from "../child/messages.ts";
import { rowBatches } from "../child/row-batches.ts";
import type { ChildTurn } from "../child/serve-child.ts";
import type { authorizeStatements } from "./authorizer.ts";
import { bindable, cellOf, kindOfType, typeOfValue } from "./values.ts";

type RunAsk = Extract<ChildRequest, { ask: "run" }>;

const notText = "�";

/** Runs a reading statement and sends its rows as they come. */
export async function runSqlite(
  database: DatabaseSync,
  authorizer: ReturnType<typeof authorizeStatements>,
  request: Pick<RunAsk, "sql" | "parameters" | "rows" | "bytes" | "whole">,
  turn: ChildTurn,
): Promise<null> {
  const began = performance.now();
  const statement = authorizer.as("read", () => database.prepare(request.sql));
  const rows = statement.iterate(...request.parameters.map(bindable)) as unknown as IterableIterator<SQLOutputValue[]>;
  // A schema that changed would be compiled anew by the first step.
  let next = authorizer.as("read", () => rows.next());
  const first = next.done ? [] : next.value;
  const columns = statement
    .columns()
    .map(({ name, type }, index) =>
      type === null ? { name, ...typeOfValue(first[index]) } : { name, type, kind: kindOfType(type) },
    );
  await turn.part({ type: "columns", columns });

  const batches = rowBatches(request);
  let mended = 0;
  while (!next.done) {
    const values = next.value;
    const row = values.map(cellOf);
    for (const cell of row) if (cell?.includes(notText)) mended += 1;
    if (request.whole?.row === batches.rowCount) await turn.whole(row[request.whole.column] ?? "");
    const taken = batches.add(row, (column) => {
      const value = values[column];
      return value instanceof Uint8Array ? value.byteLength : null;
    });
    if (!taken) break;
    if (batches.isFull) await turn.part(batches.take()!);
    next = rows.next();
  }
  rows.return?.();
  const rest = batches.take();
  if (rest !== null) await turn.part(rest);
  if (mended > 0) {
    const text = `${mended} values hold ${notText}: either so stored or bytes that are not UTF-8. hex(column) shows the bytes.`;
    await turn.part({ type: "notice", text });
  }
  await turn.part({
    type: "end",
    rows: batches.rowCount,
    affectedRows: null,
    stoppedBy: batches.stoppedBy,
    milliseconds: performance.now() - began,
  });
  return null;
}
