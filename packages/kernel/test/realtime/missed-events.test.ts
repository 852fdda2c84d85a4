import { openLive } from "@mindmesh/client/live";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

let server: TestServer;
let owner: TestPerson;
let ann: TestPerson;
beforeAll(async () => {
  server = await startTestServer();
  owner = await server.signUp("Owner");
});
afterAll(() => server.close());

beforeEach(async () => {
  ann = await server.signUp("Ann");
  await server.sql("DELETE FROM kernel.events WHERE workspace_id = $1", [ann.workspaceId]);
  await server.sql("DELETE FROM kernel.event_heads WHERE workspace_id = $1", [ann.workspaceId]);
});

/** Writes events into Ann's workspace, the oldest first, each so many days old. */
async function happened(...ages: number[]): Promise<void> {
  await server.sql(
    `WITH head AS (
       INSERT INTO kernel.event_heads AS h (workspace_id, seq) VALUES ($1, cardinality($2::int[]))
       ON CONFLICT (workspace_id) DO UPDATE SET seq = h.seq + excluded.seq RETURNING seq - cardinality($2::int[]) AS seq
     )
     INSERT INTO kernel.events (workspace_id, seq, type, payload, at)
     SELECT $1, head.seq + n, 'test.happened', '{}', now() - make_interval(days => age)
     FROM head, unnest($2::int[]) WITH ORDINALITY AS each (age, n)`,
    [ann.workspaceId, ages],
  );
}

/** Runs the nightly job as the owner of the server would, and waits for its end. */
async function prune(): Promise<void> {
  const response = await owner.fetch("/api/instance/job-schedules/events.prune/run", { method: "POST" });
  expect(response.status, await response.clone().text()).toBe(200);
  const { jobId } = (await response.json()) as { jobId: string };
  await eventually(async () => {
    const [job] = await server.sql<{ state: string }>("SELECT state FROM pgboss.job WHERE id = $1", [jobId]);
    expect(job?.state).toBe("completed");
  });
}

async function left(): Promise<number[]> {
  const rows = await server.sql<{ seq: string }>("SELECT seq FROM kernel.events WHERE workspace_id = $1 ORDER BY seq", [
    ann.workspaceId,
  ]);
  return rows.map(({ seq }) => Number(seq));
}

/** What a device that last saw `after` hears once it is back, up to an event that happens then. */
async function heardAfter(after: number): Promise<(number | "resync")[]> {
  const heard: (number | "resync")[] = [];
  const live = openLive({
    baseUrl: server.url,
    headers: { authorization: `Bearer ${ann.accessToken}` },
    onEvent: ({ seq }) => heard.push(seq),
    onResync: () => heard.push("resync"),
  });
  live.follow(ann.workspaceId, after);
  // Until the server has answered, so that the next event is a live one.
  await eventually(() => expect(heard).not.toEqual([]));
  await ann.chat.createConversation({ params: { workspaceId: ann.workspaceId }, body: { title: "Now" } });
  const [{ seq } = { seq: "" }] = await server.sql<{ seq: string }>(
    "SELECT seq FROM kernel.event_heads WHERE workspace_id = $1",
    [ann.workspaceId],
  );
  await eventually(() => expect(heard.at(-1)).toBe(Number(seq)));
  live.close();
  return heard;
}

it("events are kept for 30 days, and then removed from the oldest on, also where there are thousands", async () => {
  await happened(...Array.from({ length: 2_500 }, () => 31), 29, 0);
  await prune();
  expect(await left()).toEqual([2501, 2502]);
});

it("an old event stays while a younger one comes before it, so that the log has no gap", async () => {
  await happened(31, 29, 31, 0);
  await prune();
  expect(await left()).toEqual([2, 3, 4]);
});

it("a log in which everything is old becomes empty, and numbers go on from where they were", async () => {
  await happened(40, 35);
  await prune();
  expect(await left()).toEqual([]);
  expect(await heardAfter(1)).toEqual(["resync", 3]);
});

it("a device whose place has been pruned loads anew and hears what happens from then on", async () => {
  await happened(40, 35, 31, 5, 0);
  await prune();
  expect(await heardAfter(2)).toEqual(["resync", 6]);
});

it("a device that has seen all that was pruned hears the rest and need not load anew", async () => {
  await happened(40, 35, 31, 5, 0);
  await prune();
  expect(await heardAfter(3)).toEqual([4, 5, 6]);
});

it("a device that missed 1,000 events hears each of them", async () => {
  await happened(...Array.from({ length: 1_001 }, () => 0));
  expect(await heardAfter(1)).toEqual(Array.from({ length: 1_001 }, (_, n) => n + 2));
});

it("a device that missed more than 1,000 events loads anew", async () => {
  await happened(...Array.from({ length: 1_001 }, () => 0));
  expect(await heardAfter(0)).toEqual(["resync", 1002]);
});
