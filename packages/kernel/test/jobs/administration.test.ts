import { randomBytes } from "node:crypto";
import cookie from "@fastify/cookie";
import type { Role } from "@mindmesh/contracts/identity";
import type { JobDetail, JobSchedule, JobSummary, QueueCounts } from "@mindmesh/contracts/jobs";
import Fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import type { Database } from "../../src/db/index.ts";
import { handleErrors } from "../../src/http/index.ts";
import { authenticate, memberOf } from "../../src/identity/index.ts";
import { beginSession } from "../../src/identity/sign-in/session-tokens.ts";
import { defineJob, jobRoutesOn } from "../../src/jobs/index.ts";
import { purgeJobs } from "../../src/jobs/purge-jobs.ts";
import { makePerson, openAlone, openServer, stateOf, until } from "./jobs-under-test.ts";

const quick = defineJob({
  name: "test.quick",
  payload: z.object({ note: z.string() }),
  handler: async () => undefined,
});
const broken = defineJob({
  name: "test.broken",
  payload: z.object({}),
  maxAttempts: 1,
  queue: "low",
  handler: async () => {
    throw new Error("disk on fire");
  },
});

/** Jobs with their routes over HTTP, as far as one server of this test needs them. */
async function openAdministration() {
  const server = await openAlone([], { role: "api" });
  const { db, jobs } = server;
  const key = randomBytes(32);
  const app = Fastify() as unknown as FastifyInstance;
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  handleErrors(app);
  await app.register(cookie);
  app.decorateRequest("caller", null);
  app.decorate("authentication", {
    caller: ({ headers }) => authenticate(db, key, { authorization: headers.authorization }),
    program: () => Promise.resolve(null),
    member: (caller, workspaceId) => memberOf(db, caller, workspaceId),
  });
  app.decorate("rateLimit", async () => undefined);
  jobRoutesOn(app, jobs);
  onTestFinished(() => app.close());

  const signedIn = async (userId: string) => {
    const session = await db.system((tx) =>
      beginSession(tx, key, userId, { userAgent: "test", ip: "127.0.0.1", requestId: "test" }, "password"),
    );
    const authorization = `Bearer ${session.accessToken}`;
    return async (method: "GET" | "POST" | "DELETE", url: string) => {
      const answer = await app.inject({ method, url, headers: { authorization } });
      return { status: answer.statusCode, body: (answer.body === "" ? null : answer.json()) as Body };
    };
  };
  /** Runs what waits, up to its end. */
  const work = async () => {
    const worker = await openServer(server.url, [quick, broken]);
    await until("all have ended", async () => {
      const { rows } = await db.pool.query("SELECT count(*)::int AS left FROM pgboss.job WHERE state < 'completed'");
      return rows[0].left === 0;
    });
    await worker.stop();
  };
  return { ...server, signedIn, work };
}

/** Whatever an answer may hold; each expectation names what it must. */
type Body = Omit<JobDetail, "id"> & {
  items: (JobSummary & QueueCounts & JobSchedule)[];
  nextCursor: string | null;
  jobId: string;
  error: { code: string; fields: object };
};

async function join(db: Database, workspaceId: string, role: Role): Promise<string> {
  const { userId } = await makePerson(db, role);
  await db.pool.query("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, $3)", [
    workspaceId,
    userId,
    role,
  ]);
  return userId;
}

it("an admin lists the jobs of the workspace by state, by words and page by page", async () => {
  const { db, jobs, signedIn, work } = await openAdministration();
  const ada = await makePerson(db);
  const eve = await makePerson(db, "Eve");
  const admin = await signedIn(await join(db, ada.workspaceId, "admin"));
  const url = `/api/workspaces/${ada.workspaceId}/jobs`;
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.push(await db.system((tx) => jobs.enqueue(tx, quick, { note: "" }, ada)));
  made.push(await db.system((tx) => jobs.enqueue(tx, broken, {}, ada)));
  await db.system((tx) => jobs.enqueue(tx, broken, {}, eve));
  await work();
  const later = await db.system((tx) =>
    jobs.enqueue(tx, quick, { note: "" }, { ...ada, runAt: new Date(Date.now() + 1e6) }),
  );

  const all: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { body: Body } = await admin("GET", `${url}?limit=3${cursor && `&cursor=${cursor}`}`);
    all.push(...page.body.items.map(({ id }) => id));
    cursor = page.body.nextCursor;
  }
  expect(all).toEqual([...made, later].toReversed());
  const ids = async (query: string) => (await admin("GET", `${url}?${query}`)).body.items.map(({ id }) => id);
  expect(await ids("state=dead")).toEqual([made[5]]);
  expect(await ids("state=delayed")).toEqual([later]);
  expect(await ids("state=done&limit=2")).toEqual([made[4], made[3]]);
  expect(await ids("queue=low")).toEqual([made[5]]);
  expect(await ids("search=ON%20FIRE")).toEqual([made[5]]);
  expect(await ids("search=test.br")).toEqual([made[5]]);
  expect(await ids(`search=${made[2]}`)).toEqual([made[2]]);
  expect(await ids("search=%25")).toEqual([]);

  const queues = await admin("GET", `/api/workspaces/${ada.workspaceId}/job-queues`);
  const none = { waiting: 0, delayed: 0, running: 0, done: 0, cancelled: 0, dead: 0 };
  expect(queues.body.items).toEqual([
    { queue: "high", counts: none, oldestWaitingSeconds: null },
    { queue: "normal", counts: { ...none, done: 5, delayed: 1 }, oldestWaitingSeconds: null },
    { queue: "low", counts: { ...none, dead: 1 }, oldestWaitingSeconds: null },
  ]);
});

it("a dead job shows its error, can be tried again, and at last be deleted", async () => {
  const { db, jobs, signedIn, work } = await openAdministration();
  const ada = await makePerson(db);
  const owner = await signedIn(ada.userId);
  const jobId = await db.system((tx) => jobs.enqueue(tx, broken, {}, ada));
  const url = `/api/workspaces/${ada.workspaceId}/jobs/${jobId}`;
  expect(await owner("POST", `${url}/retry`)).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
  expect(await owner("DELETE", url)).toMatchObject({ status: 409 });
  await work();
  expect((await owner("GET", url)).body).toMatchObject({
    state: "dead",
    attempts: 1,
    maxAttempts: 1,
    payload: {},
    errors: [{ attempt: 1, message: "disk on fire" }],
  });
  const retried = await owner("POST", `${url}/retry`);
  expect(retried).toMatchObject({ status: 200, body: { state: "waiting", attempts: 1, maxAttempts: 2 } });
  await work();
  const deadAgain = await owner("GET", url);
  expect(deadAgain.body).toMatchObject({ state: "dead", attempts: 2 });
  expect(deadAgain.body.errors.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(await owner("DELETE", url)).toMatchObject({ status: 204 });
  expect(await owner("GET", url)).toMatchObject({ status: 404 });
  expect(await stateOf(db, jobId)).toBeUndefined();
});

it("a member sees and cancels only jobs of their own, and retries and deletes none", async () => {
  const { db, jobs, signedIn, work } = await openAdministration();
  const ada = await makePerson(db);
  const memberId = await join(db, ada.workspaceId, "member");
  const member = await signedIn(memberId);
  const url = `/api/workspaces/${ada.workspaceId}/jobs`;
  const adas = await db.system((tx) => jobs.enqueue(tx, quick, { note: "" }, ada));
  const own = await db.system((tx) => jobs.enqueue(tx, quick, { note: "" }, { ...ada, userId: memberId }));
  expect((await member("GET", url)).body.items.map(({ id }) => id)).toEqual([own]);
  for (const [method, path] of [
    ["GET", adas],
    ["POST", `${adas}/cancel`],
  ] as const) {
    expect(await member(method, `${url}/${path}`)).toMatchObject({ status: 404 });
  }
  expect(await member("POST", `${url}/${own}/cancel`)).toMatchObject({
    status: 200,
    body: { state: "cancelled", cancelledBy: memberId },
  });
  await work();
  expect(await stateOf(db, adas)).toBe("completed");
  for (const [method, path] of [
    ["POST", `${own}/retry`],
    ["DELETE", own],
  ] as const) {
    expect(await member(method, `${url}/${path}`)).toMatchObject({ status: 403 });
  }
});

it("the admin of one workspace finds nothing of another's, and nothing of the server", async () => {
  const { db, jobs, signedIn } = await openAdministration();
  const ada = await makePerson(db);
  const eve = await makePerson(db, "Eve");
  const asEve = await signedIn(eve.userId);
  const adas = await db.system((tx) => jobs.enqueue(tx, quick, { note: "" }, ada));
  const own = `/api/workspaces/${eve.workspaceId}/jobs`;
  expect((await asEve("GET", own)).body.items).toEqual([]);
  for (const url of [`${own}/${adas}`, `/api/workspaces/${ada.workspaceId}/jobs/${adas}`]) {
    expect(await asEve("GET", url)).toMatchObject({ status: 404 });
    expect(await asEve("POST", `${url}/cancel`)).toMatchObject({ status: 404 });
    expect(await asEve("POST", `${url}/retry`)).toMatchObject({ status: 404 });
    expect(await asEve("DELETE", url)).toMatchObject({ status: 404 });
  }
  for (const path of ["jobs", "job-queues", `jobs/${adas}`, "job-schedules"]) {
    expect(await asEve("GET", `/api/instance/${path}`)).toMatchObject({ status: 403 });
  }
  expect(await asEve("POST", "/api/instance/job-schedules/jobs.purge/run")).toMatchObject({ status: 403 });
  expect(await asEve("POST", `/api/instance/jobs/${adas}/cancel`)).toMatchObject({ status: 403 });
});

it("the owner of the server sees all jobs and schedules, and can run a schedule now", async () => {
  const { db, jobs, signedIn } = await openAdministration();
  const ada = await makePerson(db);
  await db.pool.query("UPDATE kernel.people SET is_instance_owner = true WHERE id = $1", [ada.userId]);
  const owner = await signedIn(ada.userId);
  const eve = await makePerson(db, "Eve");
  const eves = await db.system((tx) => jobs.enqueue(tx, quick, { note: "" }, eve));
  const own = await db.system((tx) => jobs.enqueue(tx, quick, { note: "" }, { workspaceId: null }));
  expect((await owner("GET", "/api/instance/jobs")).body.items.map(({ id }) => id)).toEqual([own, eves]);
  expect((await owner("POST", `/api/instance/jobs/${eves}/cancel`)).body.state).toBe("cancelled");

  await openServer(db.url, []);
  const schedules = await owner("GET", "/api/instance/job-schedules");
  expect(schedules.body.items.map(({ name }) => name)).toEqual(["jobs.purge"]);
  const { status, body } = await owner("POST", "/api/instance/job-schedules/jobs.purge/run");
  expect(status).toBe(200);
  await until("it ran", async () => (await stateOf(db, body.jobId)) === "completed");
  expect(await owner("POST", "/api/instance/job-schedules/no.such/run")).toMatchObject({ status: 404 });
});

it.each([
  ["?state=broken", "state"],
  ["?limit=0", "limit"],
  ["?queue=urgent", "queue"],
  ["?search=a%00b", "search"],
])("a list asked with %s says which field is wrong", async (query, field) => {
  const { db, signedIn } = await openAdministration();
  const ada = await makePerson(db);
  const owner = await signedIn(ada.userId);
  const answer = await owner("GET", `/api/workspaces/${ada.workspaceId}/jobs${query}`);
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.body.error.fields)).toEqual([field]);
});

it("a cursor that is not one of ours is refused", async () => {
  const { db, signedIn } = await openAdministration();
  const ada = await makePerson(db);
  const owner = await signedIn(ada.userId);
  const url = `/api/workspaces/${ada.workspaceId}/jobs?cursor=`;
  for (const cursor of ["abc", "-".repeat(36), "'; DROP TABLE kernel.jobs"]) {
    expect(await owner("GET", url + encodeURIComponent(cursor))).toMatchObject({ status: 400 });
  }
});

it("jobs that ended three days ago are removed at night, dead and waiting ones stay", async () => {
  const { db, jobs, work } = await openAdministration();
  const enqueue = (job: typeof quick | typeof broken) =>
    db.system((tx) => jobs.enqueue(tx, job, { note: "" } as never, { workspaceId: null }));
  const old = await enqueue(quick);
  const dead = await enqueue(broken);
  const recent = await enqueue(quick);
  await work();
  const waiting = await enqueue(quick);
  await db.pool.query(
    "UPDATE pgboss.job SET completed_on = now() - interval '4 days', created_on = now() - interval '4 days' WHERE id <> $1",
    [recent],
  );
  await purgeJobs(jobs.context, new AbortController().signal);
  const { rows } = await db.pool.query<{ id: string }>("SELECT id FROM kernel.jobs ORDER BY id");
  expect(rows.map(({ id }) => id)).toEqual([dead, recent, waiting]);
  expect(await stateOf(db, old)).toBeUndefined();
});
