import { randomUUID } from "node:crypto";
import type { ErrorBody } from "@mindmesh/contracts/errors";
import { type CodeRun, runDisplaySignal, runOutputSignal } from "@mindmesh/contracts/runs";
import { type TestPerson, type TestServer, eventually, startTestServer } from "@mindmesh/test-support";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type BareSandbox, openBareSandbox } from "./bare-sandbox.ts";

let server: TestServer;
let sandbox: BareSandbox;
let ann: TestPerson;

beforeAll(async () => {
  sandbox = openBareSandbox();
  server = await startTestServer({ sandbox: { ...sandbox, open: async () => sandbox } });
  ann = await server.signUp("Ann");
});
afterAll(() => server.close());
beforeEach(() => {
  sandbox.requests.length = 0;
  for (const key of Object.keys(sandbox.mood)) delete sandbox.mood[key as keyof typeof sandbox.mood];
});

interface Place {
  workspaceId: string;
  conversationId: string;
}

async function begin(who = ann): Promise<Place> {
  const { workspaceId } = who;
  const { id } = await who.chat.createConversation({ params: { workspaceId }, body: {} });
  return { workspaceId, conversationId: id };
}

type Body = Parameters<TestPerson["code"]["startRun"]>[0]["body"];
const start = (params: Place, body: Body, who = ann) => who.code.startRun({ params, body });
const read = (params: Place, { id: runId }: { id: string }, who = ann) =>
  who.code.getRun({ params: { ...params, runId } });

const ended = (place: Place, run: CodeRun, who = ann) =>
  eventually(async () => {
    const details = await read(place, run, who);
    expect(["queued", "running"]).not.toContain(details.run.status);
    return details;
  }, 20);
const inState = (place: Place, run: CodeRun, status: CodeRun["status"]) =>
  eventually(async () => {
    const details = await read(place, run);
    expect(details.run.status).toBe(status);
    return details;
  }, 20);

async function run(place: Place, source: string, more: Partial<Body> = {}, who = ann) {
  return ended(place, await start(place, { language: "python", source, ...more }, who), who);
}
const printed = ({ output }: { output: { text: string }[] }) => output.map(({ text }) => text).join("");
/** A program that goes on until it is stopped. */
const endless = "import time\nprint('begun', flush=True)\nwhile True: time.sleep(0.05)";

async function refusal(place: Place, body: object): Promise<{ status: number; error: ErrorBody["error"] }> {
  const { workspaceId, conversationId } = place;
  const response = await ann.fetch(`/api/workspaces/${workspaceId}/chat/conversations/${conversationId}/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as ErrorBody) };
}

test("a program runs, and its output, errors and usage are kept", async () => {
  const place = await begin();
  const done = await run(place, "import sys\nprint('hello 🌷')\nsys.stderr.write('a warning\\n')");
  expect(done.run).toMatchObject({
    status: "finished",
    reason: "exit",
    exitCode: 0,
    personId: ann.personId,
    origin: "panel",
    driver: "bare",
    usage: { cpuMs: 1 },
  });
  expect(done.output).toEqual(
    expect.arrayContaining([
      { stream: "stdout", text: "hello 🌷\n" },
      { stream: "stderr", text: "a warning\n" },
    ]),
  );
  expect(done.run.outputLength).toBe(printed(done).length);
  const failed = await run(place, "print(1)\nraise ValueError('no')");
  expect(failed.run).toMatchObject({
    status: "failed",
    exitCode: 1,
    error: { file: "main.py", line: 2, message: "ValueError: no" },
  });
  const { items } = await ann.code.listRuns({ params: place });
  expect(items.map(({ id }) => id)).toEqual([failed.run.id, done.run.id]);
});

test("two devices see the same output as it arrives, and so does one that comes later", async () => {
  const place = await begin();
  const seen = [new Map<string, string>(), new Map<string, string>()];
  const figures: unknown[] = [];
  const states: string[][] = [[], []];
  for (const device of [0, 1]) {
    const live = ann.live({
      onEvent: ({ type, payload }) => {
        if (type === "chat.run.changed") states[device]?.push((payload as { run: CodeRun }).run.status);
      },
    });
    live.enter(place.workspaceId, `conversation:${place.conversationId}`, {
      onSignal: (type, payload) => {
        if (type === "chat.run.display") figures.push(runDisplaySignal.parse(payload).display);
        if (type !== "chat.run.output") return;
        const { runId, offset, text } = runOutputSignal.parse(payload);
        const before = seen[device]?.get(runId) ?? "";
        expect(offset).toBe(before.length);
        seen[device]?.set(runId, before + text);
      },
    });
  }
  await eventually(async () => {
    const begun = await run(place, "print('are you there')");
    expect(seen.map((each) => each.get(begun.run.id))).toEqual(["are you there\n", "are you there\n"]);
  });
  const source = `import time
for n in range(5):
    print('line', n, flush=True)
    time.sleep(0.02)
print('#display image/svg+xml <svg/>', flush=True)
print('after')`;
  const done = await run(place, source);
  expect(printed(done)).toBe("line 0\nline 1\nline 2\nline 3\nline 4\nafter\n");
  const figure = { position: 0, offset: 35, mime: "image/svg+xml", bytes: 6, data: "<svg/>" };
  expect(done.displays).toEqual([figure]);
  await eventually(() => {
    expect(seen.map((each) => each.get(done.run.id))).toEqual([printed(done), printed(done)]);
    expect(figures).toEqual([figure, figure]);
    for (const each of states) expect(each.slice(-3)).toEqual(["queued", "running", "finished"]);
  });
});

test("a large figure is kept in the storage and served as what it is, HTML never as a page", async () => {
  const place = await begin();
  const done = await run(
    place,
    `print('#display text/html <b>' + 'x' * 50000 + '</b>')\nprint('#display image/png iVBORw0KGgo=')`,
  );
  expect(done.displays).toMatchObject([
    { mime: "text/html", bytes: 50_007, data: null },
    { mime: "image/png", bytes: 8, data: "iVBORw0KGgo=" },
  ]);
  const show = (position: number) => ann.code.getRunDisplay({ params: { ...place, runId: done.run.id, position } });
  const table = await show(0);
  expect(table.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(table.headers.get("content-security-policy")).toMatch(/^sandbox; default-src 'none'/);
  expect(await table.text()).toHaveLength(50_007);
  expect((await show(1)).headers.get("content-type")).toBe("image/png");
  await expect(show(2)).rejects.toMatchObject({ status: 404 });
});

test("cancelling kills the program, and what it had printed stays", async () => {
  const place = await begin();
  const begun = await start(place, { language: "python", source: endless });
  await eventually(async () => expect(printed(await read(place, begun))).toBe("begun\n"));
  const child = sandbox.children.at(-1);
  await ann.code.cancelRun({ params: { ...place, runId: begun.id } });
  const done = await ended(place, begun);
  expect(done.run).toMatchObject({ status: "cancelled", reason: "cancelled", message: "Cancelled." });
  expect(printed(done)).toBe("begun\n");
  expect(child?.signalCode).toBe("SIGKILL");
});

test("the same id sent twice is one run", async () => {
  const place = await begin();
  const runId = randomUUID();
  const body: Body = { runId, language: "python", source: "print('once')" };
  const both = await Promise.all([start(place, body), start(place, body)]);
  expect(both.map(({ id }) => id)).toEqual([runId, runId]);
  await ended(place, both[0]);
  expect(sandbox.requests).toHaveLength(1);
  const elsewhere = await begin();
  await expect(start(elsewhere, body)).rejects.toMatchObject({ status: 409 });
});

test("runs of one person in a conversation take turns, and say which turn it is", async () => {
  const place = await begin();
  const first = await start(place, { language: "python", source: endless });
  await inState(place, first, "running");
  const second = await start(place, { language: "python", source: "print(2)" });
  const third = await start(place, { language: "python", source: "print(3)" });
  await eventually(async () => {
    expect((await read(place, second)).run).toMatchObject({ status: "queued", queuePosition: 1 });
    expect((await read(place, third)).run).toMatchObject({ status: "queued", queuePosition: 2 });
  });
  await ann.code.cancelRun({ params: { ...place, runId: second.id } });
  expect((await ended(place, second)).run).toMatchObject({ status: "cancelled", startedAt: null });
  await ann.code.cancelRun({ params: { ...place, runId: first.id } });
  expect((await ended(place, third)).run.status).toBe("finished");
  expect(sandbox.requests).toHaveLength(2);
});

test("a queue that is full refuses the next with its place, and keeps what waits", async () => {
  const place = await begin();
  const runs = [];
  for (let n = 0; n < 10; n += 1) runs.push(await start(place, { language: "python", source: endless }));
  const refused = await refusal(place, { language: "python", source: "1" });
  expect(refused).toMatchObject({
    status: 429,
    error: { code: "queue_full", message: expect.stringMatching(/number 11/) },
  });
  for (const { id: runId } of runs.toReversed()) await ann.code.cancelRun({ params: { ...place, runId } });
  for (const each of runs) expect((await ended(place, each)).run.status).toBe("cancelled");
});

test("what cannot be run is refused with the reason", async () => {
  const place = await begin();
  const python = { language: "python", source: "print(1)" };
  const fields = async (body: object) => {
    const { status, error } = await refusal(place, body);
    expect(status, JSON.stringify(error)).toBe(422);
    return error.fields;
  };
  expect(await fields({ language: "cobol", source: "" })).toMatchObject({
    language: expect.stringMatching(/none of the languages/),
  });
  expect(await fields({ ...python, source: "x".repeat(1_000_001) })).toHaveProperty("source");
  expect(await fields({ ...python, source: "a\u0000b" })).toHaveProperty("source");
  for (const entryName of [
    "../x.py",
    "/etc/passwd",
    "a/../../b",
    "a\u0000b",
    "out/x.py",
    "",
    "a//b",
    "n".repeat(4000),
    "a\\b",
  ]) {
    expect(await fields({ ...python, entryName }), entryName).toHaveProperty("entryName");
  }
  expect(await fields({ ...python, limits: { wallSeconds: 601 } })).toHaveProperty(["limits.wallSeconds"]);
  expect(await fields({ ...python, limits: { memoryBytes: 2 ** 30 } })).toMatchObject({
    "limits.memoryBytes": expect.stringMatching(/An admin has set the limit to 536,870,912/),
  });
  expect(await fields({ ...python, stdin: "not base64!" })).toHaveProperty("stdin");
  expect(await fields({ language: "shell", source: "ls", keepVariables: true })).toHaveProperty("keepVariables");
  expect((await refusal(place, { ...python, source: "x".repeat(10_000_000) })).status).toBe(413);
  expect(sandbox.requests).toHaveLength(0);
});

test("any bytes can be standard input", async () => {
  const place = await begin();
  const stdin = Buffer.from([0, 255, 10, 128, 13]).toString("base64");
  const done = await run(place, "import sys\nprint(list(sys.stdin.buffer.read()))", { stdin });
  expect(printed(done)).toBe("[0, 255, 10, 128, 13]\n");
});

test("a driver that disappears, a full disk and a wall that refuses are told in words, and the next run works", async () => {
  const place = await begin();
  sandbox.mood.vanish = true;
  expect((await run(place, "print(1)")).run).toMatchObject({
    status: "lost",
    message: expect.stringMatching(/Run it again/),
  });
  delete sandbox.mood.vanish;
  sandbox.mood.refuse = Object.assign(new Error("The disk is full."), { name: "SandboxError", code: "storage_full" });
  expect((await run(place, "print(1)")).run).toMatchObject({
    status: "failed",
    reason: "refused",
    message: "The disk is full.",
  });
  sandbox.mood.refuse = Object.assign(new Error("100 programs are waiting; you would be number 101."), {
    name: "SandboxError",
    code: "queue_full",
  });
  expect((await run(place, "print(1)")).run).toMatchObject({
    status: "failed",
    message: expect.stringMatching(/number 101/),
  });
  sandbox.mood.refuse = new Error("a bug");
  const broken = await run(place, "print(1)");
  expect(broken.run).toMatchObject({ status: "lost", message: "Something went wrong on the server. Run it again." });
  delete sandbox.mood.refuse;
  expect((await run(place, "print('works')")).run.status).toBe("finished");
  sandbox.mood.off = "No wall passed its test.";
  expect(await refusal(place, { language: "python", source: "1" })).toMatchObject({
    status: 503,
    error: { code: "sandbox_off", message: "No wall passed its test." },
  });
  const { workspaceId } = place;
  expect(await ann.code.describeSandbox({ params: { workspaceId } })).toMatchObject({
    state: "off",
    reason: "No wall passed its test.",
  });
});

test("variables are kept when asked, until the interpreter is restarted", async () => {
  const place = await begin();
  const keepVariables = true;
  expect((await run(place, "x = 41", { keepVariables })).run).toMatchObject({ kernel: "new", status: "finished" });
  const kept = await run(place, "x += 1\nprint(x)", { keepVariables });
  expect(kept.run.kernel).toBe("kept");
  expect(printed(kept)).toBe("42\n");
  await ann.code.restartKernel({ params: place, body: { language: "python" } });
  const anew = await run(place, "print(x)", { keepVariables });
  expect(anew.run.kernel).toBe("new");
  expect(printed(anew)).toContain("NameError");
});

test("a run whose server died is told as lost, with what it had printed", async () => {
  const place = await begin();
  const begun = await start(place, { language: "python", source: endless });
  await eventually(async () => expect(printed(await read(place, begun))).toBe("begun\n"));
  await server.sql("UPDATE chat.code_runs SET server_id = gen_random_uuid() WHERE id = $1", [begun.id]);
  const lost = await ended(place, begun);
  expect(lost.run).toMatchObject({ status: "lost", outputLength: 6, message: expect.stringMatching(/Run it again/) });
  expect(printed(lost)).toBe("begun\n");
  const audited = await server.sql("SELECT 1 FROM kernel.audit_log WHERE details->>'runId' = $1", [begun.id]);
  expect(audited).toHaveLength(1);
  await ann.code.cancelRun({ params: { ...place, runId: begun.id } });
  expect((await run(place, "print('next')")).run.status).toBe("finished");
  expect((await read(place, begun)).run.status).toBe("lost");
});

test("a run on the page ends when its person has gone away", async () => {
  const bea = await server.signUp("Bea");
  const place = await begin(bea);
  const { settings } = await bea.code.getRunSettings({ params: bea });
  await bea.code.updateRunSettings({ params: bea, body: { ...settings, awaySeconds: 5 } });
  const live = bea.live();
  const begun = await start(place, { language: "python", source: endless }, bea);
  await eventually(async () => expect((await read(place, begun, bea)).run.status).toBe("running"));
  live.close();
  const done = await ended(place, begun, bea);
  expect(done.run).toMatchObject({ status: "cancelled", message: expect.stringMatching(/no longer connected/) });
}, 40_000);

test("each run is in the audit log: who, what, how long, how much", async () => {
  const place = await begin();
  const done = await run(place, "print('audited')");
  const [entry] = await server.sql<{ actor_id: string; details: Record<string, unknown> }>(
    "SELECT actor_id, details FROM kernel.audit_log WHERE action = 'code.run' AND details->>'runId' = $1",
    [done.run.id],
  );
  expect(entry).toMatchObject({
    actor_id: ann.personId,
    details: {
      language: "python",
      sourceHash: done.run.sourceHash,
      status: "finished",
      exitCode: 0,
      driver: "bare",
      wallMs: expect.any(Number),
      cpuMs: 1,
      peakMemoryBytes: 1,
    },
  });
  expect(JSON.stringify(entry)).not.toContain("audited");
});

test("admins set limits within bounds; they are stored, written down and hold for the next run", async () => {
  const cas = await server.signUp("Cas");
  const place = await begin(cas);
  const { settings, usual } = await cas.code.getRunSettings({ params: cas });
  expect(settings).toEqual(usual);
  const change = (body: object) => cas.code.updateRunSettings({ params: cas, body: body as typeof settings });
  const limits = { ...settings.limits, wallSeconds: 2 };
  await expect(change({ ...settings, limits: { ...limits, memoryBytes: 1 } })).rejects.toMatchObject({ status: 422 });
  for (const host of ["localhost", "127.0.0.1", "https://pypi.org", "[::1]", "pypi.org/simple"]) {
    await expect(change({ ...settings, hosts: [host] }), host).rejects.toMatchObject({ status: 422 });
  }
  await change({ ...settings, limits, hosts: ["pypi.org", "*.example.org"] });
  const done = await run(place, "import time\ntime.sleep(30)", {}, cas);
  expect(done.run).toMatchObject({ status: "failed", reason: "time" });
  expect(sandbox.requests.at(-1)).toMatchObject({ hosts: ["pypi.org", "*.example.org"], limits: { wallSeconds: 2 } });
  await change({ ...settings, enabled: false });
  await expect(start(place, { language: "python", source: "1" }, cas)).rejects.toMatchObject({
    status: 503,
    message: expect.stringMatching(/An admin has switched off/),
  });
  const entries = await server.sql<{ details: { after: object } }>(
    "SELECT details FROM kernel.audit_log WHERE action = 'code.settings_changed' AND workspace_id = $1 ORDER BY at",
    [cas.workspaceId],
  );
  expect(entries.map(({ details }) => details.after)).toMatchObject([
    { limits: { wallSeconds: 2 } },
    { enabled: false },
  ]);
});

test("viewers run nothing, and other workspaces see nothing", async () => {
  const place = await begin();
  await ann.chat.updateConversation({ params: place, body: { shared: true } });
  const done = await run(place, "print('mine')");
  const vic = await server.signUp("Vic");
  await expect(read(place, done.run, vic)).rejects.toMatchObject({ status: 404 });
  await expect(start(place, { language: "python", source: "1" }, vic)).rejects.toMatchObject({ status: 404 });
  await server.sql("INSERT INTO kernel.members (workspace_id, person_id, role) VALUES ($1, $2, 'viewer')", [
    ann.workspaceId,
    vic.personId,
  ]);
  expect(printed(await read(place, done.run, vic))).toBe("mine\n");
  const params = { workspaceId: ann.workspaceId };
  expect(await vic.code.describeSandbox({ params })).toMatchObject({ state: "ready", allowed: false });
  await expect(start(place, { language: "python", source: "1" }, vic)).rejects.toMatchObject({ status: 403 });
  await expect(vic.code.getRunSettings({ params })).rejects.toMatchObject({ status: 403 });
  const body = { path: "a.py", content: "", version: null };
  await expect(vic.code.saveEditorFile({ params: place, body })).rejects.toMatchObject({ status: 403 });
});
