import { ClientError } from "@mindmesh/client";
import type { TestPerson } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Workbench, run, startWorkbench, workbenchOf } from "./workbench-server.ts";

let bench: Workbench;
let writing: string;

beforeAll(async () => {
  bench = await startWorkbench();
  writing = await bench.connect({ readOnly: false, asOwner: true });
});
afterAll(() => bench.close());

const preview = (sql: string, connectionId = writing, who: TestPerson = bench.owner, parameters = {}) =>
  workbenchOf(bench.server, who).statements.previewWrite({
    params: { workspaceId: who.workspaceId, connectionId },
    body: { sql, parameters },
  });
const confirm = (statementId: string, affectedRows: number, who: TestPerson = bench.owner) =>
  workbenchOf(bench.server, who).statements.confirmWrite({
    params: { workspaceId: who.workspaceId, statementId },
    body: { affectedRows },
  });
const emails = async () =>
  (await bench.shop.query<{ n: string }>("SELECT count(email) AS n FROM customers")).rows[0]?.n;

async function refused(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error("it was let through"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClientError)) throw error;
  return error.code;
}

test("a change is counted and taken back, then made once it is confirmed, exactly once", async () => {
  const before = await emails();
  const seen = await preview(
    "UPDATE customers SET email = NULL WHERE id <= :last AND email IS NOT NULL",
    writing,
    bench.owner,
    {
      last: "10",
    },
  );
  expect(seen).toMatchObject({ state: "previewed", affectedRows: 7, access: "write" });
  expect(await emails()).toBe(before);
  const done = await confirm(seen.id, 7);
  expect(done).toMatchObject({ state: "done", affectedRows: 7 });
  expect(await emails()).toBe(String(Number(before) - 7));
  expect(await refused(confirm(seen.id, 7))).toBe("approval_void");
});

test("what was confirmed is not made when it would change another number of rows by now", async () => {
  const seen = await preview("DELETE FROM odd WHERE id >= 2");
  expect(seen.affectedRows).toBe(2);
  expect(await refused(confirm(seen.id, 3))).toBe("conflict");
  await bench.shop.query("INSERT INTO odd (id) VALUES (99)");
  const failed = await confirm(seen.id, 2);
  expect(failed.state).toBe("failed");
  expect((await bench.shop.query("SELECT id FROM odd")).rows).toHaveLength(4);
});

test("only an owner or admin in person may, at a connection that may write", async () => {
  const developer = await bench.join("developer");
  const admin = await bench.join("admin");
  expect(await refused(preview("DELETE FROM odd", writing, developer))).toBe("not_allowed");
  const reading = await bench.connect({ asOwner: true });
  expect(await refused(preview("DELETE FROM odd", reading))).toBe("statement_refused");
  expect((await preview("SELECT 1")).state).toBe("refused");
  const seen = await preview("DELETE FROM odd WHERE id > 0", writing, admin);
  expect(seen.state).toBe("previewed");
  // A preview is its person's own.
  expect(await refused(confirm(seen.id, seen.affectedRows ?? 0))).toBe("approval_void");
});

test("a write through the usual run is refused, also at a connection that may write", async () => {
  const { statement } = await run(bench.server, bench.owner, writing, { sql: "DELETE FROM odd" });
  expect(statement.state).toBe("refused");
});

test("after a change nothing is given from what was read before", async () => {
  const sql = "SELECT count(*) FROM customers WHERE email IS NULL";
  const first = await run(bench.server, bench.owner, writing, { sql });
  const seen = await preview("UPDATE customers SET email = NULL WHERE id = 500");
  await confirm(seen.id, seen.affectedRows ?? 0);
  const again = await run(bench.server, bench.owner, writing, { sql });
  expect(again.statement.cachedAt).toBeNull();
  expect(again.rows).not.toEqual(first.rows);
});
