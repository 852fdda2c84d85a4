import { createClient } from "@mindmesh/client";
import type { Tile } from "@mindmesh/contracts/query/dashboards";
import { instanceJobRoutes } from "@mindmesh/contracts/jobs";
import { dashboardRoutes } from "@mindmesh/contracts/query/dashboards";
import { type TestPerson, eventually, startMailServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Workbench, startWorkbench, workbenchOf } from "../statements/workbench-server.ts";

let mail: Awaited<ReturnType<typeof startMailServer>>;
let bench: Workbench;
let shop: string;
let savedId: string;

beforeAll(async () => {
  mail = await startMailServer();
  bench = await startWorkbench({ environment: { SMTP_URL: mail.url } });
  shop = await bench.connect();
  const saved = await workbenchOf(bench.server, bench.owner).saved.createSavedQuery({
    params: { workspaceId: bench.owner.workspaceId },
    body: {
      connectionId: shop,
      name: "Orders above",
      shared: true,
      sql: "SELECT count(*) AS orders, max(total) AS largest FROM orders WHERE total > :least::numeric",
      parameters: { least: "0" },
    },
  });
  savedId = saved.id;
});
afterAll(async () => {
  await bench.close();
  await mail.close();
});

const clientOf = (person: TestPerson) =>
  createClient(dashboardRoutes, { baseUrl: bench.server.url, token: () => person.accessToken });
const params = () => ({ workspaceId: bench.owner.workspaceId });
const tile = (savedQueryId = savedId): Tile => ({
  id: crypto.randomUUID(),
  savedQueryId,
  title: "",
  chart: { kind: "number", title: "", x: null, y: ["orders"], series: null, stacked: false },
  width: 1,
  height: 1,
});
const schedule = { cron: "0 8 * * 1", timezone: "Europe/Berlin" };

test("a tile shows its query under the dashboard's parameters, from the cache until somebody asks anew", async () => {
  const client = clientOf(bench.owner);
  const made = await client.createDashboard({
    params: params(),
    body: { name: "Shop", tiles: [tile()], parameters: { least: "990", unknown: "x" } },
  });
  const place = { ...params(), dashboardId: made.id, tileId: made.tiles[0]?.id ?? "" };
  const first = await client.readTile({ params: place, body: {} });
  const [expected] = (await bench.shop.query<{ n: string }>("SELECT count(*) AS n FROM orders WHERE total > 990")).rows;
  expect(first.rows[0]?.[0]).toBe(expected?.n);
  expect(first.cached).toBe(false);
  expect((await client.readTile({ params: place, body: {} })).cached).toBe(true);
  expect((await client.readTile({ params: place, body: { fresh: true } })).cached).toBe(false);
  const all = await client.readTile({ params: place, body: { parameters: { least: "-1" } } });
  expect(all.rows[0]?.[0]).toBe("30000");
});

test("of two people who change one dashboard at once, the second is told to load it again, and nothing is lost", async () => {
  const client = clientOf(bench.owner);
  const made = await client.createDashboard({ params: params(), body: { name: "Two" } });
  const place = { ...params(), dashboardId: made.id };
  await client.updateDashboard({ params: place, body: { name: "First", version: made.version } });
  await expect(
    client.updateDashboard({ params: place, body: { name: "Second", version: made.version } }),
  ).rejects.toMatchObject({ status: 409 });
  expect((await client.getDashboard({ params: place })).name).toBe("First");
});

test("a dashboard is its owner's until it is shared; others see it and do not change it; strangers see nothing", async () => {
  const client = clientOf(bench.owner);
  const made = await client.createDashboard({ params: params(), body: { name: "Mine", tiles: [tile()] } });
  const place = { ...params(), dashboardId: made.id };
  const analyst = clientOf(await bench.join("analyst"));
  await expect(analyst.getDashboard({ params: place })).rejects.toMatchObject({ status: 404 });
  await client.updateDashboard({ params: place, body: { ...made, shared: true, version: made.version } });
  expect((await analyst.getDashboard({ params: place })).name).toBe("Mine");
  await expect(analyst.updateDashboard({ params: place, body: { name: "Theirs", version: 2 } })).rejects.toMatchObject({
    status: 403,
  });
  // A member has no connection that is open to the role: the tile is not theirs to read.
  const member = clientOf(await bench.join("member"));
  await expect(
    member.readTile({ params: { ...place, tileId: made.tiles[0]?.id ?? "" }, body: {} }),
  ).rejects.toMatchObject({ status: 404 });
  const stranger = clientOf(await bench.server.signUp("Stranger"));
  await expect(stranger.getDashboard({ params: place })).rejects.toMatchObject({ status: 404 });
});

test("a tile of an unknown query, a schedule that is none and a stranger as recipient are refused at their fields", async () => {
  const client = clientOf(bench.owner);
  const stranger = await bench.server.signUp("Stranger");
  const refused = (body: object) => client.createDashboard({ params: params(), body: { name: "x", ...body } });
  await expect(refused({ tiles: [tile(crypto.randomUUID())] })).rejects.toMatchObject({
    status: 422,
    fields: { "tiles.0.savedQueryId": expect.any(String) },
  });
  const recipients = [bench.owner.personId];
  await expect(refused({ snapshot: { ...schedule, cron: "* * * * *", recipients } })).rejects.toMatchObject({
    fields: { "snapshot.cron": expect.stringContaining("five minutes") },
  });
  await expect(refused({ snapshot: { ...schedule, recipients: [stranger.personId] } })).rejects.toMatchObject({
    fields: { "snapshot.recipients": expect.any(String) },
  });
});

const notesOf = (personId: string) =>
  bench.server.sql<{ title: string; body: string }>(
    "SELECT title, body FROM kernel.notifications WHERE person_id = $1 ORDER BY created_at",
    [personId],
  );

async function alertOf(condition: { operator: ">" | "<"; value: string }, personId: string) {
  return clientOf(bench.owner).createAlert({
    params: params(),
    body: {
      savedQueryId: savedId,
      name: `Orders ${condition.operator} ${condition.value}`,
      condition: { column: "orders", ...condition },
      schedule,
      recipients: [personId],
    },
  });
}

/** The job that looks for what is due runs every minute; here it runs at once. */
async function due(alertId: string) {
  await bench.server.sql("UPDATE query.alerts SET next_at = now() WHERE id = $1", [alertId]);
  await lookAtSchedules();
}

async function lookAtSchedules() {
  const jobs = createClient(instanceJobRoutes, { baseUrl: bench.server.url, token: () => bench.owner.accessToken });
  await jobs.runSchedule({ params: { name: "query.look-at-schedules" } });
}

test("a snapshot comes by e-mail when it is due: the first rows of each tile, and of nothing that its reader may not see", async () => {
  const member = await bench.join("member");
  const made = await clientOf(bench.owner).createDashboard({
    params: params(),
    body: {
      name: "Every Monday",
      tiles: [{ ...tile(), title: "How many" }],
      parameters: { least: "990" },
      snapshot: { ...schedule, recipients: [bench.owner.personId, member.personId] },
    },
  });
  await bench.server.sql("UPDATE query.dashboards SET next_snapshot_at = now() WHERE id = $1", [made.id]);
  await lookAtSchedules();
  const snapshots = () => mail.received.filter(({ subject }) => subject === "Every Monday");
  await expect.poll(snapshots).toHaveLength(2);
  const textFor = ({ me }: TestPerson) => snapshots().find(({ to }) => to === me.person.email)?.text ?? "";
  const [counted] = (await bench.shop.query<{ n: string }>("SELECT count(*) AS n FROM orders WHERE total > 990")).rows;
  const own = textFor(bench.owner);
  expect(own.split(/\s+/).join(" ")).toContain(`How many orders largest ${counted?.n} 996.25`);
  expect(own).toContain(`/query/dashboards/${made.id}`);
  expect(textFor(member)).toContain("How many");
  expect(textFor(member)).toContain("not open to you");
  expect(textFor(member)).not.toContain("996.25");
  await eventually(async () =>
    expect((await notesOf(bench.owner.personId)).map(({ title }) => title)).toContain("Dashboard: Every Monday"),
  );
  const next = (await clientOf(bench.owner).getDashboard({ params: { ...params(), dashboardId: made.id } }))
    .nextSnapshotAt;
  expect(new Date(next ?? 0).getTime()).toBeGreaterThan(Date.now());
});

test("an alert that begins to fire tells its recipients once, and once more when it is over", async () => {
  const analyst = await bench.join("analyst");
  const made = await alertOf({ operator: ">", value: "29999" }, analyst.personId);
  expect(made.nextAt).not.toBeNull();
  const stateOf = async () =>
    (await clientOf(bench.owner).listAlerts({ params: params() })).items.find(({ id }) => id === made.id);
  await due(made.id);
  await eventually(
    async () => expect(await stateOf()).toMatchObject({ state: "firing", finding: "orders: 30000" }),
    60,
  );
  expect(await notesOf(analyst.personId)).toEqual([{ title: `Alert: ${made.name}`, body: "orders: 30000" }]);
  await bench.shop.query("DELETE FROM orders WHERE id = 30000");
  await due(made.id);
  await eventually(async () => expect(await stateOf()).toMatchObject({ state: "ok" }), 60);
  expect((await notesOf(analyst.personId)).map(({ title }) => title)).toEqual([
    `Alert: ${made.name}`,
    `Alert over: ${made.name}`,
  ]);
  const audited = await bench.server.sql("SELECT 1 FROM query.statements WHERE origin = 'schedule'");
  expect(audited.length).toBeGreaterThanOrEqual(2);
}, 180_000);

test("an alert whose owner has left switches itself off and says so", async () => {
  const developer = await bench.join("developer");
  const made = await clientOf(developer).createAlert({
    params: params(),
    body: {
      savedQueryId: savedId,
      name: "Left",
      condition: { column: null, operator: ">", value: "0" },
      schedule,
      recipients: [developer.personId],
    },
  });
  await bench.server.sql("DELETE FROM kernel.members WHERE person_id = $1 AND workspace_id = $2", [
    developer.personId,
    bench.owner.workspaceId,
  ]);
  await due(made.id);
  await eventually(async () => {
    const [row] = await bench.server.sql("SELECT enabled, state FROM query.alerts WHERE id = $1", [made.id]);
    expect(row).toEqual({ enabled: false, state: "failed" });
  }, 60);
}, 90_000);
