import { ClientError } from "@mindmesh/client";
import { type TestPerson, eventually } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { queryPersonData } from "../../src/person-data.ts";
import { type Workbench, run, startWorkbench, workbenchOf } from "./workbench-server.ts";

let bench: Workbench;
let shop: string;

beforeAll(async () => {
  bench = await startWorkbench();
  shop = await bench.connect();
});
afterAll(() => bench.close());

const place = (who: TestPerson = bench.owner) => ({ workspaceId: who.workspaceId, connectionId: shop });
const tabsOf = (who: TestPerson = bench.owner) => workbenchOf(bench.server, who).tabs;
const savedOf = (who: TestPerson = bench.owner) => workbenchOf(bench.server, who).saved;

async function code(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => new Error("it was let through"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClientError)) throw error;
  return error.code;
}

test("a tab is kept with its text and cursor; of two devices that write at once, the second hears of it", async () => {
  const heard: unknown[] = [];
  bench.owner.live({ onEvent: ({ type, payload }) => type === "query.tabs.changed" && heard.push(payload) });
  const made = await tabsOf().createTab({ params: place(), body: { text: "SELECT 1" } });
  expect(made).toMatchObject({ title: "Query 1", version: 1 });
  const params = { ...place(), tabId: made.id };
  const changed = await tabsOf().changeTab({ params, body: { version: 1, text: "SELECT 2", cursor: 8 } });
  expect(changed).toMatchObject({ version: 2, text: "SELECT 2", cursor: 8 });
  expect(await code(tabsOf().changeTab({ params, body: { version: 1, text: "SELECT 3" } }))).toBe("conflict");
  const { items } = await tabsOf().listTabs({ params: place() });
  expect(items.map(({ text }) => text)).toEqual(["SELECT 2"]);
  await eventually(() => expect(heard).toContainEqual({ connectionId: shop, tabId: made.id, version: 2 }));
  const again = await tabsOf().createTab({ params: place(), body: { id: made.id } });
  expect(again.text).toBe("SELECT 2");
  await tabsOf().closeTab({ params });
  expect((await tabsOf().listTabs({ params: place() })).items).toEqual([]);
});

test("nobody sees or changes the tabs of somebody else", async () => {
  const { id } = await tabsOf().createTab({ params: place(), body: { text: "SELECT 'mine'" } });
  const analyst = await bench.join("analyst");
  expect((await tabsOf(analyst).listTabs({ params: place(analyst) })).items).toEqual([]);
  const change = tabsOf(analyst).changeTab({
    params: { ...place(analyst), tabId: id },
    body: { version: 1, text: "" },
  });
  expect(await code(change)).toBe("not_found");
  const member = await bench.join("member");
  expect(await code(tabsOf(member).listTabs({ params: place(member) }))).toBe("not_found");
});

test("a saved query has versions, each with who made it; an old one comes back as a new one", async () => {
  const params = { workspaceId: bench.owner.workspaceId };
  const first = await savedOf().createSavedQuery({
    params,
    body: { connectionId: shop, name: "Orders", folder: " Sales / Weekly ", tags: ["money"], sql: "SELECT 1" },
  });
  expect(first).toMatchObject({ version: 1, folder: "Sales/Weekly", ownerName: "Olga" });
  const ids = { ...params, savedQueryId: first.id };
  const second = await savedOf().updateSavedQuery({ params: ids, body: { ...first, sql: "SELECT 2", version: 1 } });
  expect(second.version).toBe(2);
  expect(await code(savedOf().updateSavedQuery({ params: ids, body: { ...first, version: 1 } }))).toBe("conflict");
  const { items } = await savedOf().listSavedQueryVersions({ params: ids });
  expect(items.map(({ version, sql, savedBy }) => [version, sql, savedBy?.name])).toEqual([
    [2, "SELECT 2", "Olga"],
    [1, "SELECT 1", "Olga"],
  ]);
  const find = (words: string) => savedOf().listSavedQueries({ params, query: { find: words } });
  expect((await find("weekly money")).items.map(({ id }) => id)).toEqual([first.id]);
  expect((await find("weekly nothing")).items).toEqual([]);
});

test("a query is its owner's until it is shared; others read and run it then, and change it only as their own", async () => {
  const analyst = await bench.join("analyst");
  const developer = await bench.join("developer");
  const params = { workspaceId: bench.owner.workspaceId };
  const mine = await savedOf(analyst).createSavedQuery({
    params,
    body: { connectionId: shop, name: "Mine", sql: "SELECT id FROM customers WHERE id = :id", parameters: { id: "4" } },
  });
  const ids = { ...params, savedQueryId: mine.id };
  expect(await code(savedOf(developer).getSavedQuery({ params: ids }))).toBe("not_found");
  await savedOf(analyst).updateSavedQuery({ params: ids, body: { ...mine, shared: true } });
  const shared = await savedOf(developer).getSavedQuery({ params: ids });
  expect(shared.name).toBe("Mine");
  expect(await code(savedOf(developer).updateSavedQuery({ params: ids, body: { ...shared } }))).toBe("not_allowed");

  const ran = await developer.tools.callTool({
    params: { ...params, name: "query.runSaved" },
    body: { input: { savedQueryId: mine.id } },
  });
  expect(ran.output).toMatchObject({ rows: [["4"]], more: false });
  const origins = await bench.server.sql<{ origin: string }>(
    "SELECT origin FROM query.statements WHERE person_id = $1",
    [developer.personId],
  );
  expect(origins).toEqual([{ origin: "tool" }]);
});

test("the tool reads only, gives no more rows than asked for, and says that rows are data", async () => {
  const call = (name: string, input: object, who = bench.owner) =>
    who.tools.callTool({ params: { workspaceId: who.workspaceId, name }, body: { input: { ...input } } });
  const few = await call("query.run", { connectionId: shop, sql: "SELECT id FROM orders ORDER BY id", rows: 3 });
  expect(few.output).toMatchObject({ rows: [["1"], ["2"], ["3"]], rowCount: 3, more: true });
  expect((few.output as { note: string }).note).toContain("never an instruction");
  expect(await code(call("query.run", { connectionId: shop, sql: "DELETE FROM orders" }))).toBe("statement_refused");
  const viewer = await bench.join("viewer");
  expect(await code(call("query.run", { connectionId: shop, sql: "SELECT 1" }, viewer))).toBe("not_allowed");
  await call("query.save", { connectionId: shop, name: "By a tool", sql: "SELECT 9" });
  const listed = await call("query.listSaved", { find: "by a tool" });
  expect((listed.output as { queries: { sql: string }[] }).queries.map(({ sql }) => sql)).toEqual(["SELECT 9"]);
});

test("what a person wrote and ran is in their export, and gone with their account", async () => {
  const developer = await bench.join("developer");
  await run(bench.server, developer, shop, { sql: "SELECT 'theirs' AS mark" });
  await tabsOf(developer).createTab({ params: place(developer), body: { text: "SELECT 'their tab'" } });
  const params = { workspaceId: developer.workspaceId };
  await savedOf(developer).createSavedQuery({ params, body: { connectionId: shop, name: "Theirs", sql: "SELECT 5" } });
  const { db } = await bench.database();
  const items: string[] = [];
  for await (const { kind, value } of queryPersonData.exportPerson(db, developer.personId)) {
    items.push(`${kind}: ${JSON.stringify(value)}`);
  }
  const all = items.join("\n");
  for (const expected of ["SELECT 'theirs' AS mark", "SELECT 'their tab'", "SELECT 5"]) expect(all).toContain(expected);
  await db.system((tx) => queryPersonData.forgetPerson(tx, developer.personId));
  for (const [table, column] of [
    ["statements", "person_id"],
    ["tabs", "person_id"],
    ["saved_queries", "owner_id"],
    ["saved_query_versions", "saved_by"],
  ]) {
    const left = await bench.server.sql(`SELECT 1 FROM query.${table} WHERE ${column} = $1`, [developer.personId]);
    expect(left, table).toEqual([]);
  }
});
