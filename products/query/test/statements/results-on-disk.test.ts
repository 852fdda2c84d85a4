import { afterAll, beforeAll, expect, test } from "vitest";
import { sweepResults } from "../../src/statements/sweep-results.ts";
import { type Workbench, run, startWorkbench, workbenchOf } from "./workbench-server.ts";

let bench: Workbench;
let shop: string;

beforeAll(async () => {
  bench = await startWorkbench();
  shop = await bench.connect();
});
afterAll(() => bench.close());

const read = (statementId: string) =>
  workbenchOf(bench.server, bench.owner).statements.getStatement({
    params: { workspaceId: bench.owner.workspaceId, statementId },
  });

test("old results go after a day and the oldest where there are too many; the history stays", async () => {
  const { db } = await bench.database();
  const old = await run(bench.server, bench.owner, shop, { sql: "SELECT id FROM orders WHERE id < 1000" });
  const shown = await run(bench.server, bench.owner, shop, { sql: "SELECT id FROM orders WHERE id < 1000" });
  const kept = await run(bench.server, bench.owner, shop, { sql: "SELECT id FROM orders WHERE id < 1001" });
  expect(await sweepResults(db)).toBe(0);
  await bench.server.sql("UPDATE query.statements SET result_until = now() - interval '1 minute' WHERE id = $1", [
    old.statement.id,
  ]);
  expect(await sweepResults(db)).toBe(1);
  // A result that only showed the rows of another one ends with it.
  for (const { statement } of [old, shown]) {
    expect(await read(statement.id)).toMatchObject({ statement: { resultUntil: null, rows: 999 }, blocks: [] });
  }
  expect((await read(kept.statement.id)).blocks).not.toEqual([]);
  expect(await sweepResults(db, 10)).toBe(1);
  expect((await read(kept.statement.id)).statement).toMatchObject({ resultUntil: null, sql: kept.statement.sql });
});
